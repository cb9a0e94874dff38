package com.amplihack.auth.proxy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;

/** Turns a body away that nobody wants: its connection is kept for ever otherwise. */
final class Unwanted implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        // none was asked for
    }

    @Override
    public void onError(Throwable failure) {
        // it makes no difference
    }

    @Override
    public void onComplete() {
        // it makes no difference
    }
}
