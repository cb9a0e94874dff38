package com.amplihack.auth.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.QuotaStore;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RateLimiterTest {
    private final RecordedAudit audit = new RecordedAudit();

    @Test
    void whoIsOverALimitIsRefusedAndAudited() {
        RateLimiter limits = limits(Map.of());
        QuotaStore.Taken spent = new QuotaStore.Taken(false, 0, Duration.ofSeconds(17));
        AuthException refused = assertThrows(
                AuthException.class,
                () -> limits.answer(Limit.LOGIN, limits.quota(Limit.LOGIN), spent, at("192.0.2.7"), entry -> {}));
        assertEquals(ErrorCode.RATE_LIMITED, refused.code());
        assertEquals("Too many login attempts", refused.title());
        assertEquals("17", refused.headers().get("Retry-After"));
        assertEquals(List.of("RATE_LIMIT_EXCEEDED"), audit.events());
    }

    @Test
    void theKeySetIsCountedHere() {
        RateLimiter limits = limits(Map.of("auth.jwks.limit", "1"));
        assertEquals(0, limits.take(Limit.JWKS, at("192.0.2.7")).orElseThrow().remaining());
        assertThrows(AuthException.class, () -> limits.take(Limit.JWKS, at("192.0.2.7")));
        assertEquals(1, limits.take(Limit.JWKS, at("192.0.2.8")).stream().count());
    }

    @Test
    void aLimitThatIsOffRefusesNobody() {
        RateLimiter limits = limits(Map.of("auth.jwks.limit", "0"));
        for (int i = 0; i < 3; i++) {
            assertTrue(limits.take(Limit.JWKS, at("192.0.2.7")).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Limit.class,
            names = {"LOGIN", "REFRESH", "API"})
    void whatTheStoreCountsIsNotTakenHere(Limit limit) {
        RateLimiter limits = limits(Map.of());
        assertThrows(IllegalArgumentException.class, () -> limits.take(limit, at("192.0.2.7")));
    }

    @ParameterizedTest
    @EnumSource(Limit.class)
    void eachHasTheQuotaOfItsName(Limit limit) {
        assertEquals(
                limit.name().toLowerCase(Locale.ROOT),
                limits(Map.of()).quota(limit).name());
    }

    private static ClientContext at(String address) {
        return new ClientContext(address, "curl/8.5.0", "request-1");
    }

    private RateLimiter limits(Map<String, String> overrides) {
        return new RateLimiter(audit, new Configuration(TestSettings.dev(Path.of("/nowhere"), overrides)));
    }
}
