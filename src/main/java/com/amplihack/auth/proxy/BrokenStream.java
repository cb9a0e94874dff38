package com.amplihack.auth.proxy;

import jakarta.servlet.AsyncContext;

/** Breaks an answer off so that the client sees it. */
final class BrokenStream {
    private BrokenStream() {}

    static void abort(AsyncContext async) {
        async.complete();
    }
}
