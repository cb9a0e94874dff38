package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.RepeatedLog;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.reflect.InvocationTargetException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Ends an answer that is not whole so that the client sees it: by closing the connection without the last chunk (RFC
 * 9112 section 8). The servlet API has no word for that, so this asks Payara's own objects by name (ADR 0016).
 */
final class BrokenStream {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(BrokenStream.class.getName()), 1);

    /** From the container's request to the connection below it. */
    private static final String[] WAY_DOWN = {
        "getUnwrappedCoyoteRequest", "getCoyoteRequest", "getContext", "getConnection", "closeSilently"
    };

    private BrokenStream() {}

    static void abort(AsyncContext async) {
        ServletRequest request = async.getRequest();
        while (request instanceof ServletRequestWrapper wrapper) {
            request = wrapper.getRequest();
        }
        try {
            Object at = request;
            for (String step : WAY_DOWN) {
                at = at.getClass().getMethod(step).invoke(at);
            }
        } catch (NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | RuntimeException unknown) {
            LOG.log(
                    Level.WARNING,
                    "abort",
                    "This server does not let a broken answer be cut off: its client takes it for whole",
                    unknown);
        }
        async.complete();
    }
}
