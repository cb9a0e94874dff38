package com.amplihack.auth.proxy.connection;

import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.servlet.AsyncContext;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Aborts an incomplete response detectably, by closing the connection without the last chunk (RFC 9112 section 8, ADR
 * 0016).
 */
public final class ResponseAborter {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(ResponseAborter.class.getName()), 1);

    private ResponseAborter() {}

    /** Closes the connection, over HTTP/2 with all of its streams, and completes the request. */
    public static void abort(AsyncContext async) {
        try {
            ClientConnection.of(async.getRequest()).close();
        } catch (ReflectiveOperationException unknown) {
            LOG.log(
                    Level.WARNING,
                    "abort",
                    "This server cannot abort a response: the client takes an incomplete answer for a complete one",
                    unknown);
        }
        async.complete();
    }
}
