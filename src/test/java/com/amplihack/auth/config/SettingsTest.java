package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.factor.FactorSettings;
import com.amplihack.auth.config.factor.MfaMode;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.type.AddressBinding;
import com.amplihack.auth.config.type.PublicUrl;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.config.type.UserAgentBinding;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final Path HOME = Path.of("/srv/auth");

    @Test
    void tokenDefaultsAreThoseOfTheContract() {
        TokenSettings tokens = production().tokens();
        assertEquals(URI.create("https://api.amplihack.com"), tokens.issuer());
        assertEquals("amplihack-api", tokens.audience());
        assertEquals(Duration.ofMinutes(15), tokens.accessLifetime());
        assertEquals(Duration.ofDays(7), tokens.refreshLifetime());
        assertEquals(Duration.ofDays(30), tokens.sessionLifetime());
        assertEquals(100, tokens.sessionsPerUser());
        assertEquals(Duration.ofSeconds(5), tokens.clockSkew());
        assertEquals(Duration.ofSeconds(2), tokens.refreshGrace());
        assertEquals(ReplayMode.AUTO, tokens.replay());
        assertEquals(AddressBinding.EXACT, tokens.addressBinding());
        assertEquals(UserAgentBinding.EXACT, tokens.userAgentBinding());
        assertEquals(10_000, tokens.cacheSize());
    }

    @Test
    void keyDefaultsLieUnderTheHome() {
        KeySettings keys = production().keys();
        assertEquals(HOME.resolve("keys"), keys.path());
        assertEquals(Optional.empty(), keys.passphrase());
        assertEquals(4096, keys.size());
        assertEquals(Duration.ofDays(90), keys.rotation());
        assertEquals(Duration.ofMinutes(10), keys.publish());
        assertEquals(Duration.ofHours(24), keys.grace());
    }

    @Test
    void storeDefaultsAreALocalRedis() {
        StoreSettings store = production().store();
        assertEquals(StoreKind.REDIS, store.kind());
        assertEquals(Optional.empty(), store.uri());
        assertEquals("localhost", store.host());
        assertEquals(6379, store.port());
        assertEquals(Optional.empty(), store.username());
        assertEquals(Optional.empty(), store.password());
        assertFalse(store.tls());
        assertEquals(64, store.poolMax());
        assertEquals(Duration.ofMillis(500), store.timeout());
        assertEquals("localhost:6379", store.address());
    }

    @Test
    void quotaDefaultsAreThoseOfTheContract() {
        LimitSettings limits = production().limits();
        assertEquals(new Quota("mfa", 10, Duration.ofDays(1)), limits.secondFactor());
        assertEquals(new Quota("jwks", 600, Duration.ofSeconds(60)), limits.jwks());
        assertEquals(new LockoutSettings(10, Duration.ofMinutes(15)), limits.lockout());
        assertEquals(new Quota("login", 5, Duration.ofSeconds(300)), limits.login());
        assertEquals(new Quota("refresh", 60, Duration.ofSeconds(60)), limits.refresh());
        assertEquals(new Quota("api", 100, Duration.ofSeconds(60)), limits.api());
    }

    @Test
    void passwordDefaultsAreThoseOfTheContract() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertEquals(
                new PasswordSettings(65_536, 3, 4, cores, 64, 15, 128, 5, Optional.empty(), Optional.empty()),
                production().passwords());
    }

    @Test
    void remainingDefaultsAreThoseOfTheContract() {
        Settings settings = production();
        assertTrue(settings.jwtAuth());
        assertEquals(HOME, settings.home());
        assertEquals(new AccountSettings("admin", Optional.empty(), true, false, false), settings.accounts());
        assertTrue(settings.web().cookiePrefix());
        assertTrue(settings.web().requireTls());
        assertEquals(new FactorSettings(MfaMode.ADMINS, Duration.ZERO, Duration.ofMinutes(60)), settings.factors());
        assertEquals(Set.of(), settings.web().csrfOrigins());
        assertEquals(Set.of(), settings.web().corsOrigins());
        assertEquals(Optional.empty(), settings.web().publicUrl());
        assertTrue(settings.web().adminAllowlist().contains("127.0.0.1"));
        assertTrue(settings.web().adminAllowlist().contains("::1"));
        assertFalse(settings.web().adminAllowlist().contains("10.0.0.1"));
        assertEquals("org.h2.jdbcx.JdbcDataSource", settings.database().driver());
        assertEquals(
                new AuditSettings(HOME.resolve("audit.jsonl"), Optional.empty(), Duration.ofSeconds(5), 100, 400),
                settings.audit());
        assertEquals(
                "jdbc:h2:file:/srv/auth/accounts", settings.database().url().reveal());
    }

    @Test
    void productionIsWhateverIsNeitherDevNorTest() {
        assertTrue(production().production());
        assertFalse(TestSettings.dev(HOME, Map.of()).production());
        assertFalse(production(Map.of("mp.config.profile", "test")).production());
        assertTrue(production(Map.of("mp.config.profile", "prod")).production());
        assertTrue(production(Map.of("mp.config.profile", "development")).production());
    }

    @Test
    void developmentNeedsNeitherAHomeNorRedisNorHttps() {
        Settings dev = Settings.read(TestSettings.source("dev", Map.of()));
        assertEquals(Path.of(System.getProperty("user.home"), ".amplihack-auth"), dev.home());
        assertEquals(dev.home().resolve("keys"), dev.keys().path());
        assertEquals(StoreKind.AUTO, dev.store().kind());
        assertEquals(
                Duration.ofSeconds(5),
                TestSettings.dev(HOME, Map.of("jwt.key.publish.seconds", "5"))
                        .keys()
                        .publish());
        assertFalse(dev.web().cookiePrefix());
        assertEquals(MfaMode.OPTIONAL, dev.factors().mode());
        assertFalse(dev.web().requireTls());
    }

    @Test
    void productionWithoutAHomeIsRefused() {
        Function<String, Optional<String>> source = TestSettings.source("", Map.of());
        assertEquals(
                "auth.home must be set",
                assertThrows(InvalidSettingException.class, () -> Settings.read(source))
                        .getMessage());
    }

    @Test
    void storeThatMayTurnIntoMemoryIsRefusedInProduction() {
        assertEquals("auth.store must be redis or memory in production, was 'auto'", refusal("auth.store", "auto"));
        assertEquals(
                StoreKind.MEMORY,
                production(Map.of("auth.store", "memory")).store().kind());
        assertEquals(
                StoreKind.AUTO,
                TestSettings.dev(HOME, Map.of("auth.store", "AUTO")).store().kind());
    }

    @Tag("fault-42")
    @Test
    void everyNameIsRead() {
        Settings settings = production(Map.ofEntries(
                Map.entry("enable.jwt.auth", "false"),
                Map.entry("jwt.key.path", "/etc/keys"),
                Map.entry("jwt.key.passphrase", "opensesame"),
                Map.entry("jwt.key.size", "2048"),
                Map.entry("jwt.key.rotation.days", "30"),
                Map.entry("jwt.key.publish.seconds", "71"),
                Map.entry("jwt.key.grace.hours", "2"),
                Map.entry("jwt.issuer", "https://auth.example"),
                Map.entry("jwt.audience", "example"),
                Map.entry("jwt.access.token.minutes", "10"),
                Map.entry("jwt.refresh.token.days", "2"),
                Map.entry("jwt.session.max.days", "3"),
                Map.entry("auth.session.max.per.user", "4"),
                Map.entry("jwt.clock.skew.seconds", "0"),
                Map.entry("jwt.refresh.grace.seconds", "7"),
                Map.entry("jwt.replay", "strict"),
                Map.entry("jwt.binding.ip", "subnet"),
                Map.entry("jwt.binding.user.agent", "family"),
                Map.entry("auth.apikey.max.days", "30"),
                Map.entry("auth.email.unique", "false"),
                Map.entry("auth.login.by.email", "true"),
                Map.entry("auth.account.deletion", "true"),
                Map.entry("auth.forgot.limit", "11"),
                Map.entry("auth.forgot.window.seconds", "71"),
                Map.entry("auth.forgot.total.limit", "12"),
                Map.entry("auth.forgot.total.window.seconds", "72"),
                Map.entry("auth.forgot.account.limit", "13"),
                Map.entry("auth.forgot.account.window.seconds", "73"),
                Map.entry("auth.email.change.limit", "14"),
                Map.entry("auth.email.change.window.seconds", "74"),
                Map.entry("auth.token.cache.size", "0"),
                Map.entry("auth.store", "memory"),
                Map.entry("redis.uri", "rediss://:hunter2@redis.example"),
                Map.entry("redis.host", "other"),
                Map.entry("redis.port", "6380"),
                Map.entry("redis.username", "auth"),
                Map.entry("redis.password", "hunter3"),
                Map.entry("redis.tls", "true"),
                Map.entry("redis.pool.max", "8"),
                Map.entry("redis.timeout.ms", "100"),
                Map.entry("auth.login.limit", "6"),
                Map.entry("auth.login.exempt", "10.2.0.0/16"),
                Map.entry("auth.login.window.seconds", "61"),
                Map.entry("auth.refresh.limit", "7"),
                Map.entry("auth.refresh.window.seconds", "62"),
                Map.entry("auth.jwks.limit", "8"),
                Map.entry("auth.jwks.window.seconds", "64"),
                Map.entry("auth.lockout.threshold", "9"),
                Map.entry("auth.lockout.minutes", "20"),
                Map.entry("auth.api.limit", "0"),
                Map.entry("auth.api.window.seconds", "63"),
                Map.entry("auth.admin.allowlist", "10.0.0.0/8"),
                Map.entry("auth.csrf.origins", "https://a.example, http://b.example:8080"),
                Map.entry(
                        "auth.cors.origins",
                        "capacitor://localhost,tauri://localhost,https://App.Example:443,http://my_host:3000"),
                Map.entry("auth.public.url", "https://Auth.Example:443/sso/"),
                Map.entry("auth.cookie.prefix", "false"),
                Map.entry("auth.require.tls", "false"),
                Map.entry("auth.argon2.memory.kib", "1024"),
                Map.entry("auth.argon2.iterations", "2"),
                Map.entry("auth.argon2.parallelism", "1"),
                Map.entry("auth.argon2.concurrency", "3"),
                Map.entry("auth.argon2.queue", "0"),
                Map.entry("auth.password.min", "8"),
                Map.entry("auth.password.max", "64"),
                Map.entry("auth.mfa", "Required"),
                Map.entry("auth.mfa.remember.days", "30"),
                Map.entry("auth.mfa.admin.minutes", "5"),
                Map.entry("auth.mfa.limit", "4"),
                Map.entry("auth.mfa.window.seconds", "65"),
                Map.entry("auth.password.history", "24"),
                Map.entry("auth.password.max.days", "365"),
                Map.entry("auth.password.breached.file", "/srv/pwned.txt"),
                Map.entry("auth.bootstrap.username", "root"),
                Map.entry("auth.bootstrap.password", " with spaces "),
                Map.entry("auth.audit.file", "/var/log/audit"),
                Map.entry("auth.db.class", "org.postgresql.ds.PGSimpleDataSource"),
                Map.entry("auth.audit.grace.seconds", "9"),
                Map.entry("auth.audit.rotate.mib", "7"),
                Map.entry("auth.audit.keep.days", "30"),
                Map.entry("auth.shutdown.grace.seconds", "11"),
                Map.entry("auth.db.url", "jdbc:postgresql://db/auth")));
        assertFalse(settings.jwtAuth());
        assertEquals(
                new KeySettings(
                        Path.of("/etc/keys"),
                        Optional.empty(),
                        Optional.of(Secret.of("opensesame")),
                        2048,
                        Duration.ofDays(30),
                        Duration.ofSeconds(71),
                        Duration.ofHours(2)),
                settings.keys());
        assertEquals(
                new TokenSettings(
                        URI.create("https://auth.example"),
                        "example",
                        Duration.ofMinutes(10),
                        Duration.ofDays(2),
                        Duration.ofDays(3),
                        4,
                        Duration.ZERO,
                        Duration.ofSeconds(7),
                        ReplayMode.STRICT,
                        AddressBinding.SUBNET,
                        UserAgentBinding.FAMILY,
                        30,
                        0),
                settings.tokens());
        assertEquals(
                new StoreSettings(
                        StoreKind.MEMORY,
                        Optional.of(URI.create("rediss://:hunter2@redis.example")),
                        "other",
                        6380,
                        Optional.of("auth"),
                        Optional.of(Secret.of("hunter3")),
                        true,
                        8,
                        Duration.ofMillis(100),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of()),
                settings.store());
        assertTrue(settings.limits().loginExempt().contains("10.2.0.1"));
        assertFalse(settings.limits().loginExempt().contains("10.3.0.1"));
        assertEquals(
                new LimitSettings(
                        new Quota("login", 6, Duration.ofSeconds(61)),
                        settings.limits().loginExempt(),
                        new Quota("refresh", 7, Duration.ofSeconds(62)),
                        new Quota("jwks", 8, Duration.ofSeconds(64)),
                        new Quota("api", 0, Duration.ofSeconds(63)),
                        new Quota("apikey", 600, Duration.ofSeconds(60)),
                        new Quota("mfa", 4, Duration.ofSeconds(65)),
                        new Quota("forgot", 11, Duration.ofSeconds(71)),
                        new Quota("forgot_total", 12, Duration.ofSeconds(72)),
                        new Quota("forgot_account", 13, Duration.ofSeconds(73)),
                        new Quota("email_change", 14, Duration.ofSeconds(74)),
                        new LockoutSettings(9, Duration.ofMinutes(20))),
                settings.limits());
        assertEquals(
                new FactorSettings(MfaMode.REQUIRED, Duration.ofDays(30), Duration.ofMinutes(5)), settings.factors());
        assertTrue(settings.limits().api().unlimited());
        assertFalse(settings.limits().login().unlimited());
        assertEquals(
                new PasswordSettings(
                        1024,
                        2,
                        1,
                        3,
                        0,
                        8,
                        64,
                        24,
                        Optional.of(Duration.ofDays(365)),
                        Optional.of(Path.of("/srv/pwned.txt"))),
                settings.passwords());
        assertEquals(
                new AccountSettings("root", Optional.of(Secret.of(" with spaces ")), false, true, true),
                settings.accounts());
        assertTrue(settings.web().adminAllowlist().contains("10.1.1.1"));
        assertFalse(settings.web().adminAllowlist().contains("127.0.0.1"));
        assertEquals(
                Set.of("https://a.example", "http://b.example:8080"),
                settings.web().csrfOrigins());
        assertEquals(
                Set.of("capacitor://localhost", "tauri://localhost", "https://app.example", "http://my_host:3000"),
                settings.web().corsOrigins());
        assertEquals(
                Optional.of(new PublicUrl("https://auth.example", "/sso")),
                settings.web().publicUrl());
        assertFalse(settings.web().cookiePrefix());
        assertFalse(settings.web().requireTls());
        assertEquals("org.postgresql.ds.PGSimpleDataSource", settings.database().driver());
        assertEquals(
                new AuditSettings(Path.of("/var/log/audit"), Optional.empty(), Duration.ofSeconds(9), 7, 30),
                settings.audit());
        assertEquals("jdbc:postgresql://db/auth", settings.database().url().reveal());
    }

    @Test
    void everyShippedPropertyIsReadByUsOrByWhomItIsFor() {
        Set<String> asked = new TreeSet<>();
        Function<String, Optional<String>> source = TestSettings.source("dev", Map.of());
        Settings.read(name -> {
            asked.add(name);
            return source.apply(name);
        });
        Set<String> unread = new TreeSet<>(TestSettings.names());
        unread.removeAll(asked);
        unread.removeIf(name -> name.startsWith("mp.")); // MicroProfile's own
        assertEquals(Set.of(), unread);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enable.jwt.auth            | yes     | true or false",
                "jwt.key.size               | 2047    | a whole number of bits from 2048 to 8192",
                "jwt.key.size               | 8193    | a whole number of bits from 2048 to 8192",
                "jwt.key.rotation.days      | -1      | a whole number of days from 0 to 3650",
                "jwt.key.rotation.days      | 3651    | a whole number of days from 0 to 3650",
                "jwt.key.publish.seconds    | 69      | a whole number of seconds from 70 to 604800",
                "jwt.key.publish.seconds    | 604801  | a whole number of seconds from 70 to 604800",
                "jwt.key.grace.hours        | -1      | a whole number of hours from 0 to 8760",
                "jwt.key.grace.hours        | 8761    | a whole number of hours from 0 to 8760",
                "jwt.issuer                 | example | an absolute URI",
                "jwt.issuer                 | a b     | an absolute URI",
                "jwt.access.token.minutes   | 0       | a whole number of minutes from 1 to 60",
                "jwt.access.token.minutes   | 61      | a whole number of minutes from 1 to 60",
                "jwt.access.token.minutes   | 15m     | a whole number of minutes from 1 to 60",
                "jwt.refresh.token.days     | 0       | a whole number of days from 1 to 365",
                "jwt.refresh.token.days     | 31      | at most jwt.session.max.days (30)",
                "jwt.session.max.days       | 366     | a whole number of days from 1 to 365",
                "auth.session.max.per.user  | 0       | a whole number of sessions from 1 to 1000",
                "auth.session.max.per.user  | 1001    | a whole number of sessions from 1 to 1000",
                "auth.forgot.limit          | 0       | a whole number of requests from 1 to 1000000",
                "auth.forgot.total.limit    | 0       | a whole number of requests from 1 to 1000000",
                "auth.forgot.account.limit  | 0       | a whole number of requests from 1 to 1000000",
                "auth.email.change.limit    | 0       | a whole number of requests from 1 to 1000000",
                "auth.email.unique          | maybe   | true or false",
                "auth.apikey.max.days       | 0       | a whole number of days from 1 to 3660",
                "auth.apikey.max.days       | 3661    | a whole number of days from 1 to 3660",
                "jwt.clock.skew.seconds     | -1      | a whole number of seconds from 0 to 60",
                "jwt.clock.skew.seconds     | 61      | a whole number of seconds from 0 to 60",
                "jwt.refresh.grace.seconds  | -1      | a whole number of seconds from 0 to 60",
                "jwt.refresh.grace.seconds  | 61      | a whole number of seconds from 0 to 60",
                "jwt.replay                 | on      | one of auto, strict, off",
                "jwt.binding.ip             | family  | one of exact, subnet, off",
                "jwt.binding.user.agent     | subnet  | one of exact, family, off",
                "auth.shutdown.grace.seconds | -1     | a whole number of seconds from 0 to 600",
                "auth.shutdown.grace.seconds | 601    | a whole number of seconds from 0 to 600",
                "auth.audit.grace.seconds   | 0       | a whole number of seconds from 1 to 300",
                "auth.audit.grace.seconds   | 301     | a whole number of seconds from 1 to 300",
                "auth.audit.rotate.mib      | 0       | a whole number of MiB from 1 to 10240",
                "auth.audit.rotate.mib      | 10241   | a whole number of MiB from 1 to 10240",
                "auth.audit.keep.days       | 0       | a whole number of days from 1 to 3650",
                "auth.audit.keep.days       | 3651    | a whole number of days from 1 to 3650",
                "auth.token.cache.size      | -1      | a whole number of access tokens from 0 to 100000",
                "auth.token.cache.size      | 100001  | a whole number of access tokens from 0 to 100000",
                "auth.store                 | file    | one of redis, memory, auto",
                "redis.port                 | 0       | a whole number from 1 to 65535",
                "redis.port                 | 65536   | a whole number from 1 to 65535",
                "redis.tls                  | 1       | true or false",
                "redis.pool.max             | 0       | a whole number of connections from 1 to 1024",
                "redis.timeout.ms           | 9       | a whole number of milliseconds from 10 to 500",
                "redis.timeout.ms           | 501     | a whole number of milliseconds from 10 to 500",
                "auth.login.limit           | 0       | a whole number of requests from 1 to 1000000",
                "auth.login.window.seconds  | 0       | a whole number of seconds from 1 to 86400",
                "auth.refresh.limit         | -1      | a whole number of requests from 0 to 1000000",
                "auth.refresh.window.seconds| 86401   | a whole number of seconds from 1 to 86400",
                "auth.jwks.limit            | -1      | a whole number of requests from 0 to 1000000",
                "auth.jwks.window.seconds   | 0       | a whole number of seconds from 1 to 86400",
                "auth.lockout.threshold     | 0       | a whole number of failures from 1 to 100",
                "auth.lockout.threshold     | 101     | a whole number of failures from 1 to 100",
                "auth.lockout.minutes       | 0       | a whole number of minutes from 1 to 1440",
                "auth.lockout.minutes       | 1441    | a whole number of minutes from 1 to 1440",
                "auth.mfa                   | admin   | one of optional, admins, required",
                "auth.mfa.remember.days     | 91      | a whole number of days from 0 to 90",
                "auth.mfa.admin.minutes     | 0       | a whole number of minutes from 1 to 1440",
                "auth.mfa.admin.minutes     | 1441    | a whole number of minutes from 1 to 1440",
                "auth.mfa.limit             | 0       | a whole number of requests from 1 to 1000000",
                "auth.api.limit             | 1000001 | a whole number of requests from 0 to 1000000",
                "auth.api.window.seconds    | 1.5     | a whole number of seconds from 1 to 86400",
                "auth.admin.allowlist       | 10.0/8  | a list of CIDR blocks such as 10.0.0.0/8",
                "auth.csrf.origins          | https://a.example/path | exact origins such as https://app.example",
                "auth.csrf.origins          | *       | exact origins such as https://app.example",
                "auth.csrf.origins          | null    | exact origins such as https://app.example",
                "auth.cors.origins          | https://a.example:0 | exact origins such as https://app.example",
                "auth.cors.origins          | https://*.example | exact origins such as https://app.example",
                "auth.cookie.prefix         | on      | true or false",
                "auth.require.tls           | off     | true or false",
                "auth.argon2.memory.kib     | 31      | a whole number of KiB from 32 to 4194304",
                "auth.argon2.iterations     | 0       | a whole number of passes from 1 to 100",
                "auth.argon2.parallelism    | 0       | a whole number of lanes from 1 to 64",
                "auth.argon2.concurrency    | 0       | a whole number of hashes from 1 to 256",
                "auth.argon2.queue          | -1      | a whole number of hashes from 0 to 10000",
                "auth.password.min          | 7       | a whole number of code points from 8 to 128",
                "auth.password.history      | 25      | a whole number of passwords from 0 to 24",
                "auth.password.history      | -1      | a whole number of passwords from 0 to 24",
                "auth.password.max.days     | 0       | a whole number of days from 1 to 3650",
                "auth.password.max.days     | 3651    | a whole number of days from 1 to 3650",
                "auth.password.max          | 63      | a whole number of code points from 64 to 1024",
                "auth.password.max          | 99999999999 | a whole number of code points from 64 to 1024"
            })
    void badValueIsRefusedByNameWithWhatIsAllowed(String name, String value, String allowed) {
        assertEquals(name + " must be " + allowed + ", was '" + value + "'", refusal(name, value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.example",
                "/sso",
                "ftp://auth.example",
                "https://",
                "https:///sso",
                "https://auth.example?x=1",
                "https://auth.example/#x",
                "https://user@auth.example",
                "https://auth.example:0",
                "https://auth.example//sso",
                "https://auth.example/a/../b",
                "https://auth.example/a;b",
                "https://auth.example/a b",
                "https://auth.example/%61"
            })
    void aPublicUrlIsAPlainAddress(String value) {
        assertEquals(
                "auth.public.url must be an http or https URL such as https://example.com/sso, without query or fragment,"
                        + " was '" + value + "'",
                refusal("auth.public.url", value));
    }

    @ParameterizedTest
    @CsvSource({
        "https://auth.example, https://auth.example, ''",
        "https://auth.example/, https://auth.example, ''",
        "HTTP://auth.example:8080/a/b, http://auth.example:8080, /a/b",
        "http://[::1]:8080/a/, http://[::1]:8080, /a"
    })
    void aPublicUrlIsReadAsOriginAndPath(String value, String origin, String path) {
        assertEquals(
                Optional.of(new PublicUrl(origin, path)),
                production(Map.of("auth.public.url", value)).web().publicUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.home",
                "enable.jwt.auth",
                "jwt.key.path",
                "jwt.issuer",
                "jwt.audience",
                "jwt.access.token.minutes",
                "redis.host",
                "auth.bootstrap.username",
                "auth.audit.file",
                "auth.db.url"
            })
    void valueThatIsNeededMustNotBeBlank(String name) {
        assertEquals(name + " must not be blank", refusal(name, "  "));
    }

    @Test
    void pathThatNoSystemHasIsRefused() {
        assertEquals("jwt.key.path must be a path of this system, was '/a\0b'", refusal("jwt.key.path", "/a\0b"));
    }

    /** What a JVM under LANG=C makes of an umlaut; a file in another encoding than UTF-8 has the same effect. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.bootstrap.username",
                "auth.bootstrap.password",
                "jwt.key.passphrase",
                "redis.password",
                "auth.db.password",
                "auth.db.url",
                "jwt.key.path",
                "auth.home",
                "jwt.issuer",
                "jwt.audience",
                "auth.proxy.paths",
                "auth.proxy.upstream.authorization",
                "auth.certificate.accounts"
            })
    void valueWithLostBytesIsRefusedWithTheCureAndNotShown(String name) {
        String refusal = refusal(name, "Stra\ufffd\ufffde");

        assertTrue(refusal.startsWith(name + " has bytes that are not valid in "), refusal);
        assertTrue(refusal.contains("LC_ALL=C.UTF-8"), refusal);
        assertFalse(refusal.contains("Stra"), refusal);
    }

    @Test
    void sentinelsAndClusterAreRead() {
        StoreSettings sentinel = TestSettings.production(
                        HOME,
                        Map.of(
                                "redis.sentinel.master",
                                "auth",
                                "redis.sentinel.nodes",
                                "a.example:26379, [::1]:26380",
                                "redis.sentinel.username",
                                "asker",
                                "redis.sentinel.password",
                                "s3"))
                .store();
        assertEquals(Optional.of("asker"), sentinel.sentinelUsername());
        assertEquals(Optional.of(Secret.of("s3")), sentinel.sentinelPassword());
        assertEquals(Optional.of("auth"), sentinel.sentinelMaster());
        assertEquals(
                List.of(new StoreSettings.Node("a.example", 26379), new StoreSettings.Node("[::1]", 26380)),
                sentinel.sentinelNodes());
        assertEquals("auth (by the Sentinels a.example:26379, [::1]:26380)", sentinel.address());

        StoreSettings cluster = TestSettings.production(
                        HOME,
                        Map.of(
                                "redis.cluster.nodes",
                                "a:7000,b:7001",
                                "redis.cluster.names",
                                "192.0.2.1:7000=a:7000, 192.0.2.2:7001=b:7001"))
                .store();
        assertEquals(
                Map.of(
                        new StoreSettings.Node("192.0.2.1", 7000),
                        new StoreSettings.Node("a", 7000),
                        new StoreSettings.Node("192.0.2.2", 7001),
                        new StoreSettings.Node("b", 7001)),
                cluster.clusterNames());
        assertEquals(
                List.of(new StoreSettings.Node("a", 7000), new StoreSettings.Node("b", 7001)), cluster.clusterNodes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a:", "a:x", ":1", "a:1/0", "user@a:1", "redis://a:1", "a b:1"})
    void aNodeIsAHostAndAPort(String value) {
        assertEquals(
                "redis.cluster.nodes must be host:port, several separated by commas, was '" + value + "'",
                refusal("redis.cluster.nodes", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:1", "a:1=", "a:1=b", "a=b:1", "a:1=b:1=c:1"})
    void aNameOfANodeIsTwoOfThem(String value) {
        String refusal = refusal("redis.cluster.names", value);
        assertTrue(refusal.startsWith("redis.cluster.names must be host:port"), refusal);
    }

    @Test
    void thereIsOneTopology() {
        assertEquals(
                "redis.sentinel.master and redis.sentinel.nodes must be set together",
                refusal("redis.sentinel.master", "auth"));
        assertEquals(
                "redis.sentinel.master and redis.sentinel.nodes must be set together",
                refusal("redis.sentinel.nodes", "a:1"));
        Map<String, String> both =
                Map.of("redis.sentinel.master", "auth", "redis.sentinel.nodes", "a:1", "redis.cluster.nodes", "a:2");
        assertEquals(
                "redis.cluster.nodes and redis.sentinel.nodes must not both be set",
                assertThrows(InvalidSettingException.class, () -> TestSettings.production(HOME, both))
                        .getMessage());
        Map<String, String> uri = Map.of("redis.cluster.nodes", "a:2", "redis.uri", "redis://a:1");
        assertTrue(assertThrows(InvalidSettingException.class, () -> TestSettings.production(HOME, uri))
                .getMessage()
                .startsWith("redis.uri names one server"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://:hunter2@redis",
                "redis:hunter2",
                "hunter2",
                "redis://:hunter2 @redis",
                "redis:///hunter2"
            })
    void badRedisUriIsRefusedWithoutRepeatingIt(String value) {
        assertEquals("redis.uri must be redis://host:port or rediss://host:port", refusal("redis.uri", value));
    }

    @Test
    void addressOfTheStoreHasNoPassword() {
        assertEquals("redis.example:6379", storeAddress("rediss://auth:hunter2@redis.example"));
        assertEquals("redis.example:7000", storeAddress("redis://:hunter2@redis.example:7000/1"));
    }

    @Test
    void printedSettingsHoldNoSecret() {
        String printed = production(Map.of(
                        "jwt.key.passphrase", "hunter2-key",
                        "redis.password", "hunter2-redis",
                        "auth.bootstrap.password", "hunter2-first",
                        "redis.uri", "redis://:hunter2-uri@redis.example"))
                .toString();
        assertFalse(printed.contains("hunter2"), printed);
    }

    private static String storeAddress(String uri) {
        return production(Map.of("redis.uri", uri)).store().address();
    }

    private static String refusal(String name, String value) {
        return assertThrows(InvalidSettingException.class, () -> production(Map.of(name, value)))
                .getMessage();
    }

    private static Settings production() {
        return production(Map.of());
    }

    private static Settings production(Map<String, String> overrides) {
        return TestSettings.production(HOME, overrides);
    }
}
