package com.amplihack.auth.proxy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;

/** Cancels a body that is not needed, so that its connection is released. */
final class DiscardingSubscriber implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        // none was requested
    }

    @Override
    public void onError(Throwable failure) {
        // irrelevant
    }

    @Override
    public void onComplete() {
        // irrelevant
    }
}
