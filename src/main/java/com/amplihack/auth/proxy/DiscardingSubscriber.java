package com.amplihack.auth.proxy;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** Cancels a body that is not needed, so that its connection is released. */
final class DiscardingSubscriber implements Flow.Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public void onNext(ByteBuffer piece) {
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
