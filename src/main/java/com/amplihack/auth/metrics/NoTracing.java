package com.amplihack.auth.metrics;

import jakarta.enterprise.inject.Vetoed;
import java.util.Optional;
import java.util.function.Supplier;

/** Tracing that is off. */
@Vetoed // produced by TracingProducer
final class NoTracing implements Tracing {
    private static final Carrier CARRIER = Runnable::run;

    private static final Leg LEG = new Leg() {
        @Override
        public Optional<String> traceparent() {
            return Optional.empty();
        }

        @Override
        public void answered(int status) {
            // no span to end
        }

        @Override
        public void failed() {
            // no span to end
        }
    };

    @Override
    public <T> T within(Step step, String detail, Supplier<T> work) {
        return work.get();
    }

    @Override
    public Carrier carrier() {
        return CARRIER;
    }

    @Override
    public Leg upstream() {
        return LEG;
    }
}
