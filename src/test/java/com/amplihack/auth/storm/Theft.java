package com.amplihack.auth.storm;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A victim that refreshes now and then, and a thief who copies its jar at a random moment and then uses what it has,
 * always when the last rotation that anybody knows of is further back than the grace.
 */
final class Theft implements Callable<Theft.End> {
    /** How it ended for the thief. */
    enum End {
        /** The copy was refused at its first use. */
        REFUSED_AT_ONCE,
        /** The thief got tokens, until the session ended. */
        REFUSED_LATER,
        /** The thief was never refused: the protocol has failed. */
        NEVER_REFUSED,
        /** The thief was refused, but an access token of its was still admitted. */
        ACCESS_LEFT
    }

    private static final int MOST_USES = 12;
    private static final int MARGIN_MILLIS = 100;

    private final RecipeClient victim;
    private final Client thief;
    private final int graceMillis;

    Theft(RecipeClient victim, Client thief, int graceMillis) {
        this.victim = victim;
        this.thief = thief;
        this.graceMillis = graceMillis;
    }

    @Override
    public End call() throws InterruptedException {
        Thread life = new Thread(this::live);
        life.start();
        try {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            LossyNetwork.pause(random.nextInt(3 * graceMillis));
            RecipeClient.Jar copy = victim.jar();
            String accessToken = null;
            for (int use = 0; use < MOST_USES; use++) {
                LossyNetwork.pause(graceMillis + MARGIN_MILLIS + random.nextInt(graceMillis));
                while (victim.millisSinceRefresh() < graceMillis + MARGIN_MILLIS) {
                    LossyNetwork.pause(10);
                }
                Answer answer = RecipeClient.request(
                                thief, copy, UUID.randomUUID().toString())
                        .send();
                if (answer.status() == 401) {
                    boolean left = accessToken != null && RecipeClient.isAdmitted(thief, accessToken, copy);
                    return left ? End.ACCESS_LEFT : use == 0 ? End.REFUSED_AT_ONCE : End.REFUSED_LATER;
                }
                if (answer.status() == 200) {
                    copy = new RecipeClient.Jar(answer.cookieValue("refresh_token"), copy.handle());
                    accessToken = answer.json().getString("access_token");
                }
            }
            return End.NEVER_REFUSED;
        } finally {
            life.interrupt();
            life.join();
        }
    }

    private void live() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (!Thread.currentThread().isInterrupted()) {
            LossyNetwork.pause(random.nextInt(3 * graceMillis));
            if (Thread.currentThread().isInterrupted()
                    || victim.refresh().refusal().isPresent()) {
                return; // signed out: it would sign in anew
            }
        }
    }
}
