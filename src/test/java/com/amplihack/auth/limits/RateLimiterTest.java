package com.amplihack.auth.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.QuotaStore;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.web.ClientContext;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RateLimiterTest {
    private final List<String> keys = new ArrayList<>();
    private QuotaStore.Taken answer = new QuotaStore.Taken(true, 4, Duration.ofSeconds(300));
    private final RecordedAudit audit = new RecordedAudit();

    @Test
    void signInsAreCountedForAllNodesByTheAddress() {
        RateLimit left = limits(Map.of()).take(Limit.LOGIN, at("192.0.2.7")).orElseThrow();
        assertEquals(
                Map.of("RateLimit-Policy", "\"login\";q=5;w=300", "RateLimit", "\"login\";r=4;t=300"), left.headers());
        limits(Map.of()).take(Limit.LOGIN, at("2001:db8::1"));
        limits(Map.of()).take(Limit.LOGIN, at("2001:db8::2"));
        assertEquals("192.0.2.7", keys.get(0).split("/")[0]);
        assertEquals(keys.get(1), keys.get(2));
    }

    @Test
    void whoIsOverALimitIsRefusedAndAudited() {
        answer = new QuotaStore.Taken(false, 0, Duration.ofSeconds(17));
        RateLimiter limits = limits(Map.of());
        AuthException refused = assertThrows(AuthException.class, () -> limits.take(Limit.LOGIN, at("192.0.2.7")));
        assertEquals(ErrorCode.RATE_LIMITED, refused.code());
        assertEquals("Too many login attempts", refused.title());
        assertEquals("17", refused.headers().get("Retry-After"));
        assertEquals(List.of("RATE_LIMIT_EXCEEDED"), audit.events());
    }

    @Test
    void theKeySetIsCountedHereAndTheStoreIsNotAsked() {
        RateLimiter limits = limits(Map.of("auth.jwks.limit", "1"));
        assertEquals(0, limits.take(Limit.JWKS, at("192.0.2.7")).orElseThrow().remaining());
        assertThrows(AuthException.class, () -> limits.take(Limit.JWKS, at("192.0.2.7")));
        assertEquals(1, limits.take(Limit.JWKS, at("192.0.2.8")).stream().count());
        assertEquals(List.of(), keys);
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
            names = {"REFRESH", "API"})
    void whatAScriptTakesIsNotTakenASecondTime(Limit limit) {
        RateLimiter limits = limits(Map.of());
        assertThrows(IllegalArgumentException.class, () -> limits.take(limit, at("192.0.2.7")));
        assertEquals(List.of(), keys);
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
        SecurityStore store = (SecurityStore) Proxy.newProxyInstance(
                RateLimiterTest.class.getClassLoader(), new Class<?>[] {SecurityStore.class}, (proxy, call, args) -> {
                    assertEquals("take", call.getName());
                    keys.add((String) args[1]);
                    return answer;
                });
        return new RateLimiter(store, audit, new Configuration(TestSettings.dev(Path.of("/nowhere"), overrides)));
    }
}
