package com.amplihack.auth.keys.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.keys.KeyChangeCause;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.SoftHsm;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.ProviderException;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose private keys lie in a token of SoftHSM2, and a clock that the test moves. */
class HsmKeysTest {
    private static final Instant START = Instant.parse("2026-11-23T10:20:30Z");
    private static final Duration PUBLISH = Duration.ofSeconds(600);
    private static final KeyChangeCause ADMIN = KeyChangeCause.by("eva", "eva", "sid", ClientContext.NONE);
    private static final JWSHeader HEADER = new JWSHeader(JWSAlgorithm.RS256);
    private static final byte[] INPUT = "input".getBytes(StandardCharsets.US_ASCII);

    private static SoftHsm hsm;
    private static int slot;
    private static int slotOfAnother;

    @TempDir
    Path home;

    private Instant now = START;
    private final SecurityStore store = new ScriptedStore(new EmbeddedBackend(() -> now));

    @BeforeAll
    static void makeTokens() throws IOException {
        assumeTrue(SoftHsm.isHere(), "No SoftHSM2 here: keys in an HSM are not tried.");
        hsm = SoftHsm.ofThisProcess();
        slot = hsm.token("keys");
        slotOfAnother = hsm.token("another");
    }

    /** One process, as far as one can be told from another within this one. */
    private final class Node {
        final RecordedAudit audit = new RecordedAudit();
        final KeyRing ring;
        final KeyRotation rotation;

        Node(Map<String, String> overrides) {
            Map<String, String> all = new HashMap<>(settings());
            all.putAll(overrides);
            Configuration configuration = new Configuration(TestSettings.dev(home, all));
            ring = new KeyRing(configuration, () -> now);
            ring.open();
            rotation = new KeyRotation(ring, configuration, () -> now, audit, store);
        }

        Node() {
            this(Map.of());
        }

        String active() {
            return ring.active().kid();
        }

        RingKey in(KeyState state) {
            return ring.keys().stream()
                    .filter(key -> key.state() == state)
                    .findFirst()
                    .orElseThrow();
        }

        /** Signs with the key that is in force, and verifies with the published one. */
        boolean signs() {
            SigningKey key = ring.active();
            try {
                Base64URL signature = key.signer().sign(HEADER, INPUT);
                return ring.find(key.kid()).orElseThrow().verifier().verify(HEADER, INPUT, signature);
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Map<String, String> settings() {
        return Map.of(
                "jwt.key.size",
                "2048",
                "jwt.key.store",
                "pkcs11",
                "jwt.key.pkcs11.library",
                SoftHsm.library().orElseThrow().toString(),
                "jwt.key.pkcs11.slot",
                Integer.toString(slot),
                "jwt.key.pkcs11.pin",
                SoftHsm.PIN);
    }

    @Test
    void privateKeysAreMadeInTheTokenAndDoNotLeaveIt() throws Exception {
        Node node = new Node();
        assertTrue(node.signs());
        assertEquals("SunPKCS11-amplihack", node.ring.signingProvider().orElseThrow());
        assertTrue(SigningKey.PROVIDERS.contains(node.ring.signingProvider().get()));
        try (Stream<Path> files = Files.list(home.resolve("keys"))) {
            assertEquals(
                    List.of(".lock", "handle.key", "jwks.json", "ring.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        for (KeyState state : List.of(KeyState.ACTIVE, KeyState.NEXT)) {
            RingKey key = node.in(state);
            assertEquals("pkcs11:object=amplihack-auth-" + key.kid(), key.file());
            Key inside = token().getKey(label(key), null);
            assertNull(inside.getEncoded());
            assertTrue(inside.toString().contains("token object, sensitive, unextractable"), inside.toString());
        }
        for (var provider : Security.getProviders()) {
            assertNotEquals("SunPKCS11-amplihack", provider.getName(), "the server's list is not ours");
        }
    }

    @Test
    void everyNodeOfTheDirectoryAndTheTokenSignsWithTheSameKeysAlsoAfterARotation() {
        Node here = new Node();
        Node there = new Node();
        assertEquals(here.active(), there.active());
        String waiting = here.in(KeyState.NEXT).kid();
        SigningKey old = here.ring.active();

        now = START.plus(PUBLISH);
        assertEquals(waiting, here.rotation.rotate(ADMIN).kid());
        there.ring.refresh();
        assertEquals(waiting, there.active());
        assertTrue(here.signs() && there.signs());
        assertTrue(there.ring.find(old.kid()).isPresent());
        assertEquals(waiting, new Node().active(), "after a restart");
    }

    @Test
    void privateHalfIsDestroyedAMinuteAfterTheKeyHasCeasedToSignAndNobodyElses() throws Exception {
        Node node = new Node();
        RingKey first = node.in(KeyState.ACTIVE);
        Path other = home.resolve("other");
        Node neighbour = new Node(Map.of("auth.home", other.toString()));
        now = START.plus(PUBLISH);
        node.rotation.rotate(ADMIN);
        node.rotation.tick();
        assertTrue(token().isKeyEntry(label(first)), "another node may be reading the older ring");

        now = now.plusSeconds(61);
        node.rotation.tick();
        assertFalse(token().isKeyEntry(label(first)));
        assertTrue(node.signs());
        assertTrue(neighbour.signs(), "a ring of another directory in the same token");
        assertTrue(node.ring.find(first.kid()).isPresent(), "it still verifies");
    }

    @Test
    void keyOfAFileSignsUntilTheNextRotationAndAllLaterOnesLieInTheToken() {
        Node before = new Node(Map.of("jwt.key.store", "file"));
        String signing = before.active();
        String waited = before.in(KeyState.NEXT).kid();

        Node node = new Node();
        assertEquals(signing, node.active());
        assertNotEquals("SunPKCS11-amplihack", node.ring.signingProvider().orElseThrow());
        node.rotation.auditStart();
        assertEquals(List.of("KEY_ROTATED start WITHDRAWN", "KEY_ROTATED start NEXT"), node.audit.events());
        assertFalse(Files.exists(home.resolve("keys/key-" + waited + ".pem")));

        now = START.plus(PUBLISH);
        node.rotation.rotate(ADMIN);
        assertEquals("SunPKCS11-amplihack", node.ring.signingProvider().orElseThrow());
        assertTrue(node.signs());
        assertTrue(node.ring.find(signing).isPresent());
        now = now.plusSeconds(61);
        node.rotation.tick();
        assertFalse(Files.exists(home.resolve("keys/jwt_private.pem")));
    }

    @Test
    void ringInATokenIsNotOpenedWithoutIt() {
        Node node = new Node();
        assertEquals(
                "jwt.key.store must be pkcs11: the key " + node.active() + " of the ring lies in an HSM",
                refusal(Map.of("jwt.key.store", "file")));
    }

    @Test
    void wrongSettingsAreRefusedInOneSentenceEach() {
        assertEquals(
                "jwt.key.pkcs11.pin: the token does not accept it",
                refusal(Map.of(
                        "jwt.key.pkcs11.slot", Integer.toString(slotOfAnother), "jwt.key.pkcs11.pin", "000000")));
        assertEquals("jwt.key.pkcs11.slot: the library knows no slot 77", refusal(Map.of("jwt.key.pkcs11.slot", "77")));
        assertEquals(
                "jwt.key.pkcs11.slot: there is no initialized token in slot 2",
                refusal(Map.of("jwt.key.pkcs11.slot", "2")));
        assertEquals(
                "jwt.key.pkcs11.library: there is no file " + home.resolve("none.so"),
                refusal(Map.of("jwt.key.pkcs11.library", home.resolve("none.so").toString())));
        Path text = Path.of("pom.xml").toAbsolutePath();
        assertEquals(
                "jwt.key.pkcs11.library: " + text + " is not a PKCS#11 library",
                refusal(Map.of("jwt.key.pkcs11.library", text.toString())));
    }

    @Test
    void keyThatSignsAndIsNotInTheTokenStopsTheStart() throws Exception {
        Node node = new Node();
        RingKey signing = node.in(KeyState.ACTIVE);
        token().deleteEntry(label(signing));
        assertEquals(
                "jwt.key.pkcs11.slot: the token in slot " + slot + " has no key " + label(signing)
                        + ", which ring.json names",
                refusal(Map.of()));
    }

    @Test
    void keyThatWaitsAndIsNotInTheTokenNeverSigns() throws Exception {
        Node node = new Node();
        String signing = node.active();
        RingKey waiting = node.in(KeyState.NEXT);
        token().deleteEntry(label(waiting));
        now = START.plus(PUBLISH);
        AuthException refused = assertThrows(AuthException.class, () -> node.rotation.rotate(ADMIN));
        assertEquals(ErrorCode.ROTATION_TOO_EARLY, refused.code(), "another one waits, and was not published yet");
        assertEquals(signing, node.active());
        assertTrue(node.signs());
        String other = node.in(KeyState.NEXT).kid();
        assertNotEquals(waiting.kid(), other);

        now = now.plus(PUBLISH);
        node.rotation.rotate(ADMIN);
        assertEquals(other, node.active());
        assertTrue(node.signs());
    }

    @Test
    void keyThatWaitsAndIsNotInTheTokenIsReplacedAtAStart() throws Exception {
        Node node = new Node();
        RingKey waiting = node.in(KeyState.NEXT);
        token().deleteEntry(label(waiting));

        Node restarted = new Node();
        assertEquals(node.active(), restarted.active());
        assertNotEquals(waiting.kid(), restarted.in(KeyState.NEXT).kid());
    }

    /** A supervisor starts it again and again: each time a key more, perhaps in somebody else's token. */
    @Test
    void startThatIsRefusedLeavesNothingInTheToken() throws Exception {
        new Node();
        Set<String> before = aliases(slotOfAnother);

        refusal(Map.of("jwt.key.pkcs11.slot", Integer.toString(slotOfAnother)));

        assertEquals(before, aliases(slotOfAnother));
    }

    @Test
    void lostRingIsNotMadeAnew() throws Exception {
        new Node();
        Files.delete(home.resolve("keys/ring.json"));

        assertTrue(refusal(Map.of()).contains("holds keys of a ring, but no ring.json"));
    }

    @Test
    void whoeverIsLoggedOutOfTheTokenIsRefusedOnceAndOpensItAnew() {
        Node node = new Node();
        assertTrue(node.signs());
        HsmSession.open(hsmSettings()).close(); // logs out every session of this process

        AuthException refused = assertThrows(AuthException.class, node::signs);
        assertEquals(503, refused.code().status());
        assertEquals("2", refused.headers().get("Retry-After"));
        assertTrue(node.ring.hsmFault().isPresent());
        assertTrue(node.ring.find(node.active()).isPresent(), "verification goes on");

        node.ring.probe();
        assertTrue(node.signs());
        assertTrue(node.ring.hsmFault().isEmpty());
    }

    @Test
    void whenTheTokenHasLostItsKeysACompromiseIsACompromiseAndHasASuccessor() throws Exception {
        Node node = new Node();
        String old = node.active();
        String waiting = node.in(KeyState.NEXT).kid();
        Path inside = hsm.directoryOf("keys");
        Path away = home.resolve("away");
        SoftHsm.moveObjects(inside, away);
        try {
            assertThrows(AuthException.class, node::signs);
            node.ring.probe();
            assertTrue(node.ring.hsmFault().isPresent());
            assertTrue(node.ring.find(old).isPresent());
            node.rotation.compromise(old, true, ADMIN);
            assertTrue(node.ring.find(old).isEmpty());
            assertNotEquals(waiting, node.active(), "it would not sign");
            assertTrue(node.signs());
        } finally {
            SoftHsm.moveObjects(away, inside);
        }
        node.ring.probe();
        node.rotation.tick();
        assertTrue(node.signs());
        assertTrue(node.ring.hsmFault().isEmpty());
    }

    /** Neither the key that signed nor the one that waited is left, so there is none to try. */
    @Test
    void hsmThatFailedBetweenAKeyAndItsSuccessorIsOpenedAnew() {
        Node node = new Node();
        String old = node.active();
        HsmSession.open(hsmSettings()).close(); // logs out every session of this process
        assertThrows(AuthException.class, node::signs);
        assertThrows(AuthException.class, () -> node.rotation.compromise(old, false, ADMIN));
        assertTrue(node.ring.find(old).isEmpty(), "a compromise waits for no HSM");
        assertThrows(AuthException.class, node::signs);
        assertTrue(node.ring.hsmFault().isPresent());

        node.ring.probe();
        node.rotation.tick();

        assertNotEquals(old, node.active());
        assertTrue(node.signs());
        assertTrue(node.ring.hsmFault().isEmpty());
    }

    @Test
    void compromiseWhileTheHsmIsAwayLetsTheWaitingKeySignAfterwards() {
        Node node = new Node();
        String old = node.active();
        String waiting = node.in(KeyState.NEXT).kid();
        HsmSession.open(hsmSettings()).close(); // logs out every session of this process
        assertThrows(AuthException.class, node::signs);

        node.rotation.compromise(old, true, ADMIN);

        assertTrue(node.ring.find(old).isEmpty());
        assertEquals(waiting, node.active());
        assertThrows(AuthException.class, node::signs);
        node.ring.probe();
        assertTrue(node.signs());
    }

    @Test
    void hsmThatHangsIsToldAndKeepsNobodyElse() throws Exception {
        Hsm slow = new Hsm(HsmKeysTest::session, Duration.ofMillis(300));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread first = new Thread(() -> use(slow, inside, end));
        first.start();
        try {
            inside.await();
            Thread.sleep(500);
            assertTrue(slow.fault().orElseThrow().startsWith("the HSM has not answered for "));
            assertThrows(HsmUnavailableException.class, () -> slow.use(session -> ""));
        } finally {
            end.countDown();
        }
        first.join();
        assertTrue(slow.fault().isEmpty());
        assertEquals("", slow.use(session -> ""));
    }

    private static void use(Hsm hsm, CountDownLatch inside, CountDownLatch end) {
        try {
            hsm.use(session -> {
                inside.countDown();
                await(end);
                return "";
            });
        } catch (HsmUnavailableException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void sizeThatTheHsmDoesNotKnowIsNoFailureOfIt() throws Exception {
        Hsm fine = new Hsm(hsmSettings());

        HsmUnavailableException refused =
                assertThrows(HsmUnavailableException.class, () -> fine.use(session -> session.generate(65_536)));

        assertTrue(refused.getMessage().startsWith("the HSM refuses: "), refused.getMessage());
        assertEquals("", fine.use(session -> ""));
    }

    @Test
    void hsmThatHangsKeepsNoMoreThreadsThanHaveATurn() throws Exception {
        Hsm slow = new Hsm(hsmSettings());
        CountDownLatch inside = new CountDownLatch(32);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService pool = Executors.newFixedThreadPool(32);
        try {
            for (int i = 0; i < 32; i++) {
                pool.submit(() -> use(slow, inside, end));
            }
            inside.await();
            assertEquals(
                    "the HSM is overloaded",
                    assertThrows(HsmUnavailableException.class, () -> slow.use(session -> ""))
                            .getMessage());
        } finally {
            end.countDown();
            pool.shutdown();
        }
        assertEquals("", slow.use(session -> ""));
        assertTrue(slow.fault().isEmpty());
    }

    @Test
    void sessionThatFailsAtOnceIsNotOpenedAgainAtOnce() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        Hsm hsm = counting(opened);
        fail(hsm);
        hsm.reconnect();
        assertEquals(2, opened.get());

        fail(hsm);
        hsm.reconnect();
        assertEquals(2, opened.get());
        assertThrows(HsmUnavailableException.class, () -> hsm.use(session -> ""));

        Thread.sleep(1100);
        hsm.reconnect();
        assertEquals(3, opened.get());
        assertEquals("", hsm.use(session -> ""));
    }

    /** resilience4j counts exceptions alone: the trial call of a new session must not end in anything else. */
    @Test
    void errorInTheFirstCallOfANewSessionIsAFailureLikeAnyOther() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        Hsm hsm = counting(opened);
        fail(hsm);
        hsm.reconnect();
        assertThrows(
                HsmUnavailableException.class,
                () -> hsm.use(session -> {
                    throw new OutOfMemoryError("Java heap space");
                }));

        Thread.sleep(1100);
        hsm.reconnect();
        assertEquals(3, opened.get());
        assertEquals("", hsm.use(session -> ""));
    }

    @Test
    void callThatFailsLateDoesNotEndTheSessionThatWasOpenedMeanwhile() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        Hsm hsm = counting(opened);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread late = new Thread(() -> assertThrows(
                HsmUnavailableException.class,
                () -> hsm.use(session -> {
                    inside.countDown();
                    await(end);
                    throw new ProviderException("CKR_DEVICE_ERROR");
                })));
        late.start();
        inside.await();
        fail(hsm);
        hsm.reconnect();
        assertEquals("", hsm.use(session -> ""));

        end.countDown();
        late.join();

        assertEquals("", hsm.use(session -> ""));
        assertEquals(2, opened.get());
    }

    @Test
    void refusedPinIsNeverTriedTwice() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Hsm hsm = new Hsm(
                () -> {
                    if (tries.incrementAndGet() > 1) {
                        throw new InvalidSettingException("jwt.key.pkcs11.pin: the token does not accept it");
                    }
                    return session();
                },
                Duration.ofMinutes(1));
        fail(hsm);
        hsm.reconnect();
        Thread.sleep(1100); // longer than another failure would be waited for
        hsm.reconnect();

        assertEquals(2, tries.get());
        assertEquals(
                "jwt.key.pkcs11.pin: the token does not accept it; no other try is made: correct it and restart",
                hsm.fault().orElseThrow());
    }

    private static Hsm counting(AtomicInteger opened) {
        return new Hsm(
                () -> {
                    opened.incrementAndGet();
                    return session();
                },
                Duration.ofMinutes(1));
    }

    private static void fail(Hsm hsm) {
        assertThrows(
                HsmUnavailableException.class,
                () -> hsm.use(session -> {
                    throw new ProviderException("CKR_DEVICE_ERROR");
                }));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static HsmSession session() {
        return HsmSession.open(hsmSettings());
    }

    private String refusal(Map<String, String> overrides) {
        return assertThrows(InvalidSettingException.class, () -> new Node(overrides))
                .getMessage();
    }

    private static KeySettings.Hsm hsmSettings() {
        return hsmSettings(slot);
    }

    private static KeySettings.Hsm hsmSettings(int slot) {
        return new KeySettings.Hsm(SoftHsm.library().orElseThrow(), slot, Secret.of(SoftHsm.PIN));
    }

    private static String label(RingKey key) {
        return "amplihack-auth-" + key.kid();
    }

    /** As an auditor of the token sees it now. */
    private static Set<String> aliases(int slot) throws Exception {
        KeyStore keys = KeyStore.getInstance(
                "PKCS11", HsmSession.open(hsmSettings(slot)).provider());
        keys.load(null, SoftHsm.PIN.toCharArray());
        return new TreeSet<>(Collections.list(keys.aliases()));
    }

    private static KeyStore token() throws Exception {
        KeyStore keys =
                KeyStore.getInstance("PKCS11", HsmSession.open(hsmSettings()).provider());
        keys.load(null, SoftHsm.PIN.toCharArray());
        return keys;
    }
}
