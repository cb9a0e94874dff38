package com.amplihack.auth.metrics;

import java.util.Optional;
import java.util.function.Supplier;

/** Traces the steps of a request as spans (docs/tracing.md); {@link #OFF} makes no object for any of them. */
public interface Tracing {
    /** The steps that get a span of their own; the names are stable. */
    enum Step {
        ADMISSION("admission"),
        STORE("store"),
        DATABASE("database"),
        PASSWORD_HASH("password_hash"),
        UPSTREAM("upstream");

        private final String span;

        Step(String span) {
            this.span = span;
        }

        /** The span's name. */
        public String span() {
            return span;
        }
    }

    /** Runs tasks of a request in other threads as a part of its trace. */
    interface Carrier {
        void run(Runnable task);
    }

    /** The span of a request to an upstream. */
    interface Leg {
        /** The {@code traceparent} for the upstream (W3C Trace Context section 3.2); empty if nothing is traced. */
        Optional<String> traceparent();

        /** Ends the span when the upstream's head has arrived; later calls do nothing. */
        void answered(int status);

        /** Ends the span of a request that got no answer; does nothing after {@link #answered}. */
        void failed();
    }

    /** Traces nothing. */
    Tracing OFF = new NoTracing();

    /**
     * Does the work within a span, if the current request is traced.
     *
     * @param detail which operation it is, of a fixed set
     */
    <T> T within(Step step, String detail, Supplier<T> work);

    /** Remembers the trace of the current thread. */
    Carrier carrier();

    /** Begins the span of a request to an upstream. */
    Leg upstream();
}
