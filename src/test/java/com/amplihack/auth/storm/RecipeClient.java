package com.amplihack.auth.storm;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** Refreshes by the recipe of ROTATION.md: a key for each refresh, and the same request again until it is answered. */
final class RecipeClient {
    /** What a client holds: a thief copies it whole. */
    record Jar(String refreshToken, String handle) {}

    /** How a refresh ended: with new tokens, or with the code of the refusal. */
    record Outcome(Optional<String> refusal, int unavailable) {}

    private static final int RETRY_MILLIS = 50;

    final Client client;
    private final Function<Supplier<Answer>, Optional<Answer>> network;
    private final int giveUpMillis;
    private volatile Jar jar;
    private volatile String accessToken;
    private volatile long refreshedAt = System.nanoTime();

    RecipeClient(Client client, Answer login, Function<Supplier<Answer>, Optional<Answer>> network, int giveUpMillis) {
        this.giveUpMillis = giveUpMillis;
        this.client = client;
        this.network = network;
        jar = new Jar(login.cookieValue("refresh_token"), login.cookieValue("session_id"));
        accessToken = login.json().getString("access_token");
    }

    Jar jar() {
        return jar;
    }

    Outcome refresh() {
        String key = UUID.randomUUID().toString();
        int unavailable = 0;
        while (true) {
            Optional<Answer> arrived = network.apply(request(client, jar, key)::send);
            if (arrived.isEmpty()) {
                LossyNetwork.pause(giveUpMillis); // longer than the grace, or a tab that races would do as well
                continue; // the same request again
            }
            Answer answer = arrived.get();
            if (answer.status() == 200) {
                jar = new Jar(answer.cookieValue("refresh_token"), jar.handle);
                accessToken = answer.json().getString("access_token");
                refreshedAt = System.nanoTime();
                return new Outcome(Optional.empty(), unavailable);
            }
            if (answer.status() == 503) {
                unavailable++;
                LossyNetwork.pause(RETRY_MILLIS);
                continue;
            }
            return new Outcome(Optional.of(answer.error()), unavailable);
        }
    }

    long millisSinceRefresh() {
        return Duration.ofNanos(System.nanoTime() - refreshedAt).toMillis();
    }

    /** Whether its access token is still good. */
    boolean isAdmitted() {
        return isAdmitted(client, accessToken, jar);
    }

    static boolean isAdmitted(Client client, String accessToken, Jar jar) {
        return client.get("/api/user")
                        .bearer(accessToken)
                        .cookie("session_id", jar.handle)
                        .send()
                        .status()
                == 200;
    }

    static Client.Request request(Client client, Jar jar, String key) {
        return client.post("/auth/refresh")
                .header("Idempotency-Key", key)
                .header("Cookie", "session_id=" + jar.handle + "; refresh_token=" + jar.refreshToken);
    }
}
