package com.amplihack.auth.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExchangeLimitTest {
    private final ExchangeLimit limit = new ExchangeLimit();

    @Test
    void aSubjectHasSoManyPlacesAndAnotherItsOwn() {
        ProxySettings settings = settings(10, 2);
        limit.acquire("a", settings);
        Runnable place = limit.acquire("a", settings);
        AuthException refused = assertThrows(AuthException.class, () -> limit.acquire("a", settings));
        assertEquals(ErrorCode.RATE_LIMITED, refused.code());
        assertEquals("1", refused.headers().get("Retry-After"));
        limit.acquire("b", settings);
        place.run();
        limit.acquire("a", settings);
        assertEquals(3, limit.open());
    }

    @Test
    void allTogetherHaveSoManyPlaces() {
        ProxySettings settings = settings(2, 2);
        limit.acquire("a", settings);
        Runnable place = limit.acquire("b", settings);
        AuthException refused = assertThrows(AuthException.class, () -> limit.acquire("c", settings));
        assertEquals(ErrorCode.OVERLOADED, refused.code());
        assertEquals("2", refused.headers().get("Retry-After"));
        place.run();
        limit.acquire("c", settings);
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        ProxySettings settings = settings(2, 2);
        limit.acquire("a", settings);
        Runnable place = limit.acquire("a", settings);
        place.run();
        place.run();
        assertEquals(1, limit.open());
    }

    @Test
    void aLoweredBoundHoldsForNewExchangesAndEndsNone() {
        List<Runnable> places = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            places.add(limit.acquire("a", settings(10, 5)));
        }
        assertThrows(AuthException.class, () -> limit.acquire("a", settings(10, 2)));
        places.forEach(Runnable::run);
        limit.acquire("a", settings(10, 2));
        assertEquals(1, limit.open());
    }

    @Test
    void whoHasNoExchangeIsForgottenWhateverThreadsDo() throws InterruptedException {
        ProxySettings settings = settings(4, 2);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 4_000; i++) {
            String subject = "subject " + i % 7;
            threads.execute(() -> {
                try {
                    limit.acquire(subject, settings).run();
                } catch (AuthException full) {
                    // another one is served
                }
            });
        }
        threads.shutdown();
        threads.awaitTermination(60, TimeUnit.SECONDS);
        assertEquals(0, limit.open());
        assertEquals(0, limit.subjects());
    }

    private static ProxySettings settings(int inAll, int perSubject) {
        return TestSettings.dev(
                        Path.of("unused"),
                        Map.of(
                                "auth.proxy.max.exchanges", Integer.toString(inAll),
                                "auth.proxy.max.exchanges.per.subject", Integer.toString(perSubject)))
                .proxy();
    }
}
