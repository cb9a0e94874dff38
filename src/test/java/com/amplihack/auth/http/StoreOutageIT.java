package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.FaultProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fault-22")
@Tag("one-store")
class StoreOutageIT {
    private final FaultProxy redis = SharedServer.get().redisProxy();
    private final Session session = Session.ofNewUser();
    private final Client anotherClient = new Client();

    @AfterEach
    void mend() {
        SharedServer.get().mendRedis();
    }

    @Test
    void withoutRedisEveryOperationIsA503AndCookiesAreKept() {
        redis.refuse();
        everyOperationIsUnavailable();
    }

    @Test
    void withASilentRedisEveryOperationIsA503WithinTwoSeconds() {
        redis.swallow();
        everyOperationIsUnavailable();
    }

    private void everyOperationIsUnavailable() {
        for (Supplier<Answer> operation : List.<Supplier<Answer>>of(
                session::user,
                session.refreshRequest()::send,
                session.with(session.client.post("/auth/logout"))::send,
                Session.login(anotherClient, session.username, Session.PASSWORD)::send)) {
            Instant start = Instant.now();
            Answer answer = operation.get();
            Duration took = Duration.between(start, Instant.now());

            assertEquals(503, answer.status());
            assertEquals("store_unavailable", answer.error());
            assertTrue(Integer.parseInt(answer.header("Retry-After").orElseThrow()) > 0);
            assertEquals(List.of(), answer.headers("Set-Cookie"));
            // a bound that the contract gives, with room for a busy machine
            assertTrue(took.compareTo(Duration.ofSeconds(4)) < 0, "took " + took);
        }
        assertEquals(200, anotherClient.get("/auth/jwks").send().status());

        SharedServer.get().mendRedis();
        assertEquals(200, session.user().status(), "the session outlives the outage");
        assertEquals(200, session.refresh().status());
    }
}
