package com.amplihack.auth.config.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.MapBackedConfigSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownNamesTest {
    private static final List<String> KNOWN = List.of(
            "auth.login.limit",
            "auth.home",
            "auth.jwks.window.seconds",
            "jwt.access.token.minutes",
            "redis.host",
            "redis.uri",
            "enable.jwt.auth");

    private static List<Refusal> in(String source, String name) {
        Config config = new SmallRyeConfigBuilder()
                .withSources(
                        source(source, Map.of(name, "hunter2")),
                        source("a test", Map.of(Config.PROPERTY_EXPRESSIONS_ENABLED, "false")))
                .build();
        return new PropertyFinder(config, variable -> null).unknown(KNOWN);
    }

    private static ConfigSource source(String name, Map<String, String> values) {
        return new MapBackedConfigSource(name, values) {};
    }

    @ParameterizedTest
    @CsvSource({
        "Domain, auth.login.limitt, auth.login.limit",
        "Domain, auth.login.limi, auth.login.limit",
        "Domain, auht.login.limit, auth.login.limit",
        "Domain, auth.lgoin.limit, auth.login.limit",
        "Config, auth.login-limit, auth.login.limit",
        "Server, AUTH_LOGIN_LIMIT, auth.login.limit",
        "Domain, %dev.auth.login.limitt, auth.login.limit",
        "Domain, auth.jwks.window.secs, auth.jwks.window.seconds",
        "Domain, enable.jwt.auht, enable.jwt.auth",
        "SystemProperty, jwt.acces.token.minutes, jwt.access.token.minutes",
        "Environment, AUTH_LOGIN_LIMITT, auth.login.limit",
        "Environment, REDIS_URL, redis.uri"
    })
    void aNameLikeOursIsToldWithTheNearest(String source, String name, String nearest) {
        List<Refusal> refusals = in(source, name);
        assertEquals(
                List.of(name + " is no setting of this service: did you mean " + nearest + "?"),
                refusals.stream().map(Refusal::reason).toList());
    }

    @Test
    void inTheConsoleEveryNameUnderOurPrefixesIsTold() {
        assertEquals(
                "auth.nonsense is no setting of this service",
                in("Domain", "auth.nonsense").get(0).reason());
        assertEquals(
                "console (domain)",
                in("Domain", "auth.nonsense").get(0).wanted().source());
    }

    @ParameterizedTest
    @CsvSource({
        "Domain, auth.login.limit",
        "Domain, mp.jwt.verify.issuer",
        "Domain, enable.something",
        "Domain, autos.of.somebody",
        "Domain, payara.something",
        "Environment, AUTH_LOGIN_LIMIT",
        "Environment, REDIS_PORT_6379_TCP",
        "Environment, REDIS_SERVICE_HOST",
        "Environment, AUTH_HOST",
        "Environment, JWT_SECRET",
        "Environment, PATH",
        "SystemProperty, auth.installation",
        "SystemProperty, auth.services.port",
        "SystemProperty, jwt.secret",
        "SecretDirectory, auth.login.limitt"
    })
    void namesOfOthersAreLeftAlone(String source, String name) {
        assertEquals(List.of(), in(source, name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth.db.password=hunter2", "auth.x hunter2", "auth.x\nhunter2"})
    void whatWasTypedIntoTheFieldOfANameIsNotShown(String name) {
        assertFalse(in("Domain", name).get(0).reason().contains("hunter2"));
    }

    @Test
    void thereAreNotMoreThanAnybodyReads() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            many.put("auth.x" + i, "");
        }
        UnknownNames unknown = new UnknownNames(KNOWN);
        assertEquals(50, unknown.in(source("Domain", many), name -> name).count());
        assertEquals(1, UnknownNames.distance("ab", "ba"));
        assertEquals(
                Collections.nCopies(3, 3),
                List.of(
                        UnknownNames.distance("", "abc"),
                        UnknownNames.distance("kitten", "sitting"),
                        UnknownNames.distance("abc", "")));
    }
}
