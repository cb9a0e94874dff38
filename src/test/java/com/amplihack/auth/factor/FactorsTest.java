package com.amplihack.auth.factor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.web.ClientContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** Codes, recovery codes and remembered devices, on two nodes of one database, of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FactorsTest {
    private static final ClientContext CLIENT = new ClientContext("192.0.2.1", "Test/1.0", "r1");

    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;
    private Instant now = Instant.parse("2026-11-29T12:00:00Z");

    private Path home;

    /** One node. */
    private final class Node {
        final Map<String, String> settings;
        final Database database;
        final Configuration configuration;
        final Factors factors;
        final Totp totp;
        final RecoveryCodes recovery;
        final RememberedDevices devices;
        final SealKeys keys;
        final Notices notices;

        Node(Map<String, String> given) {
            settings = new HashMap<>(given);
            settings.put("auth.mfa.remember.days", "30");
            configuration = TestSettings.following(home, settings);
            database = new Database(configuration);
            database.open();
            opened.add(database);
            InstantSource clock = () -> now;
            keys = new SealKeys(configuration);
            factors = new Factors(database);
            notices = new Notices(new Outbox(database, configuration, new Meters(), clock), clock);
            totp = new Totp(database, keys, notices, clock);
            recovery = new RecoveryCodes(database, clock);
            devices = new RememberedDevices(database, configuration, new RecordedAudit(), clock);
        }

        Account account(String name) {
            Account account = new Account(
                    UUID.randomUUID().toString(), Username.parse(name).orElseThrow(), "hash", now);
            database.write(entities -> {
                entities.persist(account);
                return account;
            });
            return account;
        }
    }

    private record Pair(String name, Node one, Node other) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() throws IOException {
        home = Files.createTempDirectory("factors");
        Files.createDirectories(home.resolve("keys"));
        postgres = StartedPostgres.start();
    }

    @AfterAll
    void stop() throws IOException, SQLException {
        opened.forEach(Database::close);
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<Pair> databases() throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + fresh);
        }
        Map<String, String> h2 = Map.of("auth.db.url", "jdbc:h2:mem:" + fresh + ";DB_CLOSE_DELAY=-1");
        Map<String, String> postgresql = Map.of(
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                "auth.db.user", "postgres",
                "auth.db.password", "postgres");
        return Stream.of(
                new Pair("H2", new Node(h2), new Node(h2)),
                new Pair("PostgreSQL", new Node(postgresql), new Node(postgresql)));
    }

    private String code(String secret) {
        return TotpCode.code(decoded(secret), now.getEpochSecond() / 30);
    }

    private static byte[] decoded(String base32) {
        byte[] bytes = new byte[base32.length() * 5 / 8];
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            int value = Base32.RFC_4648.indexOf(base32.charAt(bit / 5));
            if ((value >> (4 - bit % 5) & 1) == 1) {
                bytes[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
        }
        return bytes;
    }

    private String enroll(Node node, Account account) {
        String secret = node.totp.begin(account.id());
        assertTrue(node.totp.confirm(account, code(secret)).isPresent());
        now = now.plusSeconds(60); // a step that was not used
        return secret;
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aSecretIsAFactorOnceItIsConfirmed(Pair nodes) {
        Account ada = nodes.one.account("ada");
        String secret = nodes.one.totp.begin(ada.id());
        assertEquals(32, secret.length());
        assertFalse(nodes.one.totp.check(ada.id(), code(secret)));
        assertEquals(List.of(), nodes.one.factors.methods(ada.id()));

        String wrong = code(secret).equals("000000") ? "000001" : "000000";
        assertTrue(nodes.one.totp.confirm(ada, wrong).isEmpty());
        List<String> codes = nodes.other.totp.confirm(ada, code(secret)).orElseThrow();
        assertEquals(10, Set.copyOf(codes).size());
        assertTrue(
                codes.stream().allMatch(one -> one.matches("([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}")),
                codes::toString);
        assertEquals(List.of(FactorMethod.TOTP, FactorMethod.RECOVERY_CODE), nodes.other.factors.methods(ada.id()));
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                assertThrows(AuthException.class, () -> nodes.one.totp.begin(ada.id()))
                        .code());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aCodeIsGoodOnceOnAllNodesAndNoOlderOneAfterIt(Pair nodes) {
        Account ada = nodes.one.account("ada");
        String secret = nodes.one.totp.begin(ada.id());
        String first = code(secret);
        assertTrue(nodes.one.totp.confirm(ada, first).isPresent());
        assertFalse(nodes.other.totp.check(ada.id(), first), "the code that confirmed the secret");

        String before = code(secret);
        now = now.plusSeconds(30);
        String next = code(secret);
        assertTrue(nodes.one.totp.check(ada.id(), next));
        assertFalse(nodes.other.totp.check(ada.id(), next), "the same on another node");
        assertFalse(nodes.one.totp.check(ada.id(), before), "the one before it");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void ofRacingUsesOfOneCodeOneSucceeds(Pair nodes) throws Exception {
        Account ada = nodes.one.account("ada");
        String secret = enroll(nodes.one, ada);
        String code = code(secret);
        ExecutorService people = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> uses = new ArrayList<>();
            uses.addAll(Collections.nCopies(8, () -> nodes.one.totp.check(ada.id(), code)));
            uses.addAll(Collections.nCopies(8, () -> nodes.other.totp.check(ada.id(), code)));
            int accepted = 0;
            for (Future<Boolean> use : people.invokeAll(uses)) {
                accepted += use.get() ? 1 : 0;
            }
            assertEquals(1, accepted);
        } finally {
            people.shutdownNow();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void clocksMayDifferByOneStep(Pair nodes) {
        Account ada = nodes.one.account("ada");
        String secret = enroll(nodes.one, ada);
        String early = code(secret);
        now = now.plusSeconds(60);
        assertFalse(nodes.one.totp.check(ada.id(), early), "two steps late");
        now = now.minusSeconds(30);
        assertTrue(nodes.one.totp.check(ada.id(), early), "one step late");
        now = now.plusSeconds(60);
        String late = code(secret);
        now = now.minusSeconds(30);
        assertTrue(nodes.one.totp.check(ada.id(), late), "one step early");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void recoveryCodesAreGoodOnceHoweverTheyAreWritten(Pair nodes) {
        Account ada = nodes.one.account("ada");
        String secret = nodes.one.totp.begin(ada.id());
        List<String> codes = nodes.one.totp.confirm(ada, code(secret)).orElseThrow();
        assertTrue(nodes.one.recovery.use(
                ada.id(), codes.get(0).toUpperCase(java.util.Locale.ROOT).replace('-', ' ')));
        assertFalse(nodes.other.recovery.use(ada.id(), codes.get(0)));
        assertEquals(9, nodes.other.recovery.left(ada.id()));
        assertFalse(nodes.one.recovery.use(nodes.one.account("eve").id(), codes.get(1)), "somebody else's");

        List<String> fresh = nodes.one.recovery.replace(ada.id());
        assertFalse(nodes.one.recovery.use(ada.id(), codes.get(1)), "void since there are new ones");
        assertTrue(nodes.one.recovery.use(ada.id(), fresh.get(1)));
        assertTrue(nodes.one.totp.remove(ada));
        assertFalse(nodes.one.recovery.use(ada.id(), fresh.get(2)), "nothing is left to recover");
        assertThrows(AuthException.class, () -> nodes.one.recovery.replace(ada.id()));
    }

    /** What is in the database opens with no other account, and no code of recovery stands there. */
    @ParameterizedTest
    @MethodSource("databases")
    void secretsAreSealedForTheirAccount(Pair nodes) {
        Account ada = nodes.one.account("ada");
        Account eve = nodes.one.account("eve");
        String secret = enroll(nodes.one, ada);
        enroll(nodes.one, eve);
        nodes.one.database.write(entities -> Factors.execute(
                entities,
                "update auth_totp set sealed_secret = (select sealed_secret from auth_totp where account_id = ?)"
                        + " where account_id = ?",
                ada.id(),
                eve.id()));
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertThrows(AuthException.class, () -> nodes.one.totp.check(eve.id(), code(secret)))
                        .code());
        assertTrue(nodes.one.totp.check(ada.id(), code(secret)));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aNewSealingKeyIsUsedAtTheNextSignInAndTheOldOneStillOpens(Pair nodes) throws IOException {
        Account ada = nodes.one.account("ada");
        Account bob = nodes.one.account("bob");
        String secret = enroll(nodes.one, ada);
        String other = enroll(nodes.one, bob);
        String before = key(nodes.one, ada);
        Path fresh = home.resolve("keys/seal-" + (Integer.parseInt(before) + 1) + ".key");
        byte[] bytes = new byte[32];
        bytes[0] = (byte) Integer.parseInt(before);
        Files.write(fresh, bytes);

        assertTrue(nodes.other.totp.check(ada.id(), code(secret)));
        assertNotEquals(before, key(nodes.one, ada), "sealed anew");
        assertEquals(before, key(nodes.one, bob));
        now = now.plusSeconds(30);
        assertTrue(nodes.one.totp.check(ada.id(), code(secret)));
        Path old = home.resolve("keys/seal-" + before + ".key");
        byte[] kept = Files.readAllBytes(old);
        Files.delete(old);
        assertThrows(AuthException.class, () -> nodes.one.totp.check(bob.id(), code(other)));
        Files.write(old, kept);
        assertTrue(nodes.one.totp.check(bob.id(), code(other)));
    }

    private static String key(Node node, Account account) {
        return (String) node.database.read(entities -> Factors.rows(
                        entities, "select seal_key, created_at from auth_totp where account_id = ?", account.id()))
                .get(0)[0];
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aDeviceStandsForTheFactorUntilItIsTooOldOrForgottenOrAFactorChanges(Pair nodes) {
        Account ada = nodes.one.account("ada");
        nodes.one.devices.remember(ada, "nonce", CLIENT);
        assertFalse(nodes.one.devices.stands(ada.id(), "nonce"), "there is no factor to stand for");

        enroll(nodes.one, ada);
        nodes.one.devices.remember(ada, "nonce", CLIENT);
        assertTrue(nodes.other.devices.stands(ada.id(), "nonce"));
        assertFalse(nodes.one.devices.stands(ada.id(), "another"));
        assertFalse(nodes.one.devices.stands(nodes.one.account("eve").id(), "nonce"));

        nodes.one.settings.put("auth.mfa.remember.days", "0");
        nodes.one.configuration.refresh();
        assertFalse(nodes.one.devices.stands(ada.id(), "nonce"), "none may be remembered now");
        nodes.one.settings.put("auth.mfa.remember.days", "30");
        nodes.one.configuration.refresh();
        Instant then = now;
        now = now.plus(Duration.ofDays(30));
        assertFalse(nodes.one.devices.stands(ada.id(), "nonce"), "too old");
        now = then;

        String id = nodes.one.devices.list(ada.id()).get(0).id();
        assertFalse(nodes.one.devices.forget(nodes.one.account("bob").id(), id, CLIENT), "somebody else's");
        assertTrue(nodes.one.devices.forget(ada.id(), id, CLIENT));
        assertFalse(nodes.other.devices.stands(ada.id(), "nonce"));

        nodes.one.devices.remember(ada, "nonce2", CLIENT);
        nodes.one.totp.remove(ada);
        enroll(nodes.one, ada);
        assertFalse(nodes.one.devices.stands(ada.id(), "nonce2"), "of a factor that was removed");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void noMoreThanTwentyDevicesAreRemembered(Pair nodes) {
        Account ada = nodes.one.account("ada");
        enroll(nodes.one, ada);
        for (int i = 0; i < 25; i++) {
            now = now.plusSeconds(1);
            nodes.one.devices.remember(ada, "nonce" + i, CLIENT);
        }
        assertEquals(20, nodes.one.devices.list(ada.id()).size());
        assertFalse(nodes.one.devices.stands(ada.id(), "nonce4"));
        assertTrue(nodes.one.devices.stands(ada.id(), "nonce5"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whoeverMustHaveAFactorAndHasNoneMustGetOne(Pair nodes) {
        Account ada = nodes.one.account("ada");
        ada.ownPermissions(Set.of("users:reset"));
        SignInFacts password = SignInFacts.password(now);
        MfaPolicy policy = new MfaPolicy(nodes.one.configuration, nodes.one.factors);
        assertFalse(policy.mustEnroll(ada, password), "optional");

        nodes.one.settings.put("auth.mfa", "admins");
        nodes.one.configuration.refresh();
        assertTrue(policy.mustEnroll(ada, password));
        assertFalse(policy.mustEnroll(ada, new SignInFacts(now, List.of("swk", "mfa"))), "by a certificate");
        assertFalse(policy.mustEnroll(nodes.one.account("bob"), password), "no administrator");
        assertTrue(policy.requires(Set.of("admin"), Set.of()));
        enroll(nodes.one, ada);
        assertFalse(policy.mustEnroll(ada, password));

        nodes.one.settings.put("auth.mfa", "required");
        nodes.one.configuration.refresh();
        assertTrue(policy.mustEnroll(nodes.one.account("eve"), password));
        assertTrue(new FactorRemoval(nodes.one.database, nodes.one.notices).removeAll(ada));
        assertTrue(policy.mustEnroll(ada, password));
        assertEquals(0, nodes.one.recovery.left(ada.id()));
    }
}
