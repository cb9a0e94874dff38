package com.amplihack.auth.storm;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Refreshes by the recipe of docs/refresh.md: a key for each refresh, and the same request again until it is answered.
 */
public final class RecipeClient {
    /** What a client holds: a thief copies it whole. */
    record Jar(String refreshToken, String handle) {}

    /** How a refresh ended: with new tokens, or with the code of the refusal. */
    public record Outcome(Optional<String> refusal, int unavailable) {}

    private static final int RETRY_MILLIS = 50;

    final Client client;
    private final Function<Supplier<Answer>, Optional<Answer>> network;
    private final int giveUpMillis;
    private volatile Jar jar;
    private volatile String accessToken;
    private volatile long refreshedAt = System.nanoTime();

    /**
     * Goes on with the session of that sign-in.
     *
     * @param network carries a request; empty when it or its answer is lost
     * @param giveUpMillis how long it then waits before it asks again
     */
    public RecipeClient(
            Client client, Answer login, Function<Supplier<Answer>, Optional<Answer>> network, int giveUpMillis) {
        this.giveUpMillis = giveUpMillis;
        this.client = client;
        this.network = network;
        jar = new Jar(login.cookieValue("refresh_token"), login.cookieValue("session_id"));
        accessToken = login.json().getString("access_token");
    }

    Jar jar() {
        return jar;
    }

    public Outcome refresh() {
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
    public boolean isAdmitted() {
        return user().send().status() == 200;
    }

    /** A request with its access token and the session's cookie. */
    public Client.Request user() {
        return user(client, accessToken, jar);
    }

    static boolean isAdmitted(Client client, String accessToken, Jar jar) {
        return user(client, accessToken, jar).send().status() == 200;
    }

    private static Client.Request user(Client client, String accessToken, Jar jar) {
        return client.get("/api/user").bearer(accessToken).cookie("session_id", jar.handle);
    }

    static Client.Request request(Client client, Jar jar, String key) {
        return client.post("/auth/refresh")
                .header("Idempotency-Key", key)
                .header("Cookie", "session_id=" + jar.handle + "; refresh_token=" + jar.refreshToken);
    }
}
