package com.amplihack.auth.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.files.DirectoryLock;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.files.KeyFiles;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one key directory, and a clock that the test moves. */
@Tag("fault-33")
class KeyRotationTest {
    private static final Instant START = Instant.parse("2026-11-23T10:20:30Z");
    private static final Duration PUBLISH = Duration.ofSeconds(600);
    private static final KeyChangeCause ADMIN = KeyChangeCause.by("eva", "eva", "sid", ClientContext.NONE);

    @TempDir
    static Path made;

    @TempDir
    Path home;

    private Instant now = START;
    private SecurityStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private Path directory;
    private Node here;
    private Node there;

    /** One process. */
    private final class Node {
        final RecordedAudit audit = new RecordedAudit();
        final KeyRing ring;
        final KeyRotation rotation;

        Node(Map<String, String> overrides) {
            Configuration configuration = configuration(home, overrides);
            ring = new KeyRing(configuration, () -> now);
            ring.open();
            rotation = new KeyRotation(ring, configuration, () -> now, audit, store);
        }

        String active() {
            return ring.active().kid();
        }

        String next() {
            return in(KeyState.NEXT).orElseThrow();
        }

        Optional<String> in(KeyState state) {
            return ring.keys().stream()
                    .filter(key -> key.state() == state)
                    .map(RingKey::kid)
                    .findFirst();
        }

        boolean verifies(SigningKey key) {
            return ring.find(key.kid()).isPresent();
        }
    }

    private static Configuration configuration(Path home, Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("jwt.key.size", "2048"));
        all.putAll(overrides);
        return new Configuration(TestSettings.dev(home, all));
    }

    /** The first start makes two RSA keys; each test begins with a copy of them. */
    @BeforeAll
    static void makeKeys() {
        new KeyRing(configuration(made, Map.of()), () -> START).open();
    }

    @BeforeEach
    void start() throws IOException {
        directory = home.resolve("keys");
        try (Stream<Path> files = Files.walk(made.resolve("keys"))) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve(made.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        here = new Node(Map.of());
        there = new Node(Map.of());
    }

    @Test
    void everyNodeOfTheDirectoryHasTheSameRing() {
        assertEquals(here.active(), there.active());
        assertEquals(here.ring.keys(), there.ring.keys());
        assertEquals(here.ring.jwks(), there.ring.jwks());
        assertNotEquals(here.active(), here.next());
        assertTrue(here.ring.find(here.next()).isPresent(), "published before it signs");
    }

    @Test
    void keyThatIsNotPublishedLongEnoughIsRefusedWithTheTimeThatItIs() {
        String signing = here.active();
        now = START.plus(PUBLISH).minusMillis(1);
        AuthException refused = assertThrows(AuthException.class, () -> here.rotation.rotate(ADMIN));
        assertEquals(ErrorCode.ROTATION_TOO_EARLY, refused.code());
        assertEquals("2026-11-23T10:30:30Z", refused.members().get("earliest_at"));
        assertTrue(new String(Problem.of(refused).body(), StandardCharsets.UTF_8)
                .contains("\"earliest_at\":\"2026-11-23T10:30:30Z\""));
        assertEquals(signing, here.active());
        assertEquals(List.of(), here.audit.events());

        now = START.plus(PUBLISH);
        String waiting = here.next();
        assertEquals(waiting, here.rotation.rotate(ADMIN).kid());
        assertEquals(waiting, here.active());
        assertEquals(
                List.of("KEY_ROTATED administrator ACTIVE", "KEY_ROTATED administrator NEXT"), here.audit.events());
    }

    @Test
    void afterARotationTheOldKeyStillVerifiesAndAnotherOneWaits() {
        SigningKey old = here.ring.active();
        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        assertTrue(here.verifies(old));
        assertEquals(old.kid(), here.in(KeyState.RETIRING).orElseThrow());
        assertEquals(3, here.ring.keys().size());
        assertEquals(
                ErrorCode.ROTATION_TOO_EARLY,
                assertThrows(AuthException.class, () -> here.rotation.rotate(ADMIN))
                        .code());
    }

    @Test
    void theOtherNodeSignsWithTheNewKeyAsSoonAsItHasLooked() {
        SigningKey old = there.ring.active();
        Jwks before = there.ring.jwks();
        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        assertEquals(old.kid(), there.active());
        assertTrue(there.verifies(here.ring.active()), "known before it signed");

        there.ring.refresh();
        assertEquals(here.active(), there.active());
        assertTrue(there.verifies(old));
        assertNotSame(before, there.ring.jwks());
        assertEquals(here.ring.jwks(), there.ring.jwks());
    }

    @Test
    void lookingAtTheSameRingKeepsTheKeySetObject() {
        Jwks before = here.ring.jwks();
        here.ring.refresh();
        assertSame(before, here.ring.jwks());
    }

    @Test
    void whileNothingIsDueTheMinuteChangesNothing() {
        List<RingKey> before = here.ring.keys();
        now = START.plus(Duration.ofDays(90)).minusMillis(1);
        here.rotation.tick();
        assertEquals(before, here.ring.keys());
        assertEquals(List.of(), here.audit.events());
    }

    @Test
    void keySignsForTheDaysThatTheScheduleSays() {
        String waiting = here.next();
        assertEquals(Optional.of(START.plus(Duration.ofDays(90))), here.rotation.scheduled());
        now = START.plus(Duration.ofDays(90));
        here.rotation.tick();
        assertEquals(waiting, here.active());
        assertEquals(List.of("KEY_ROTATED schedule ACTIVE", "KEY_ROTATED schedule NEXT"), here.audit.events());
    }

    @Test
    void scheduleOfZeroDaysIsNone() {
        Node byHand = new Node(Map.of("jwt.key.rotation.days", "0"));
        String signing = byHand.active();
        assertEquals(Optional.empty(), byHand.rotation.scheduled());
        now = START.plus(Duration.ofDays(3650));
        byHand.rotation.tick();
        assertEquals(signing, byHand.active());
    }

    @Test
    void nodesThatFindARotationDueAtTheSameTimeRotateOnce() throws Exception {
        String waiting = here.next();
        now = START.plus(Duration.ofDays(90));
        race(() -> here.rotation.tick(), () -> there.rotation.tick());
        here.ring.refresh();
        assertEquals(waiting, here.active());
        assertEquals(
                1, here.audit.count("KEY_ROTATED schedule ACTIVE") + there.audit.count("KEY_ROTATED schedule ACTIVE"));
    }

    @Test
    void administratorsWhoRotateAtTheSameTimeRotateOnce() throws Exception {
        now = START.plus(PUBLISH);
        List<String> refusals = new ArrayList<>();
        Runnable[] both = Stream.of(here, there)
                .<Runnable>map(node -> () -> {
                    try {
                        node.rotation.rotate(ADMIN);
                    } catch (AuthException refused) {
                        synchronized (refusals) {
                            refusals.add(refused.code().code());
                        }
                    }
                })
                .toArray(Runnable[]::new);
        race(both[0], both[1]);
        assertEquals(List.of("rotation_too_early"), refusals);
    }

    @Test
    void anAuditorCanFollowAKeyFromItsPublicationToItsEnd() {
        home = home.resolve("empty");
        here = new Node(Map.of());
        there = new Node(Map.of());
        here.rotation.auditStart();
        there.rotation.auditStart();
        assertEquals(List.of("KEY_ROTATED start ACTIVE", "KEY_ROTATED start NEXT"), here.audit.events());
        assertEquals(List.of(), there.audit.events(), "it found the ring as it is");

        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        now = now.plus(Duration.ofHours(26));
        there.rotation.tick();
        assertEquals(List.of("KEY_ROTATED schedule RETIRED"), there.audit.events());
        there.rotation.compromise(there.next(), false, ADMIN);
        there.rotation.tick();
        assertEquals(
                List.of("KEY_ROTATED schedule RETIRED", "KEY_COMPROMISED administrator", "KEY_ROTATED schedule NEXT"),
                there.audit.events());
    }

    @Test
    void waitingKeyThatIsReplacedAtTheStartIsAudited() throws IOException {
        Files.delete(directory.resolve("key-" + here.next() + ".pem"));
        Node restarted = new Node(Map.of());
        restarted.rotation.auditStart();
        assertEquals(List.of("KEY_ROTATED start WITHDRAWN", "KEY_ROTATED start NEXT"), restarted.audit.events());
    }

    @Test
    void oldKeyRetiresAndItsPrivateHalfIsDestroyedLongBefore() throws IOException {
        SigningKey old = here.ring.active();
        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        assertTrue(Files.exists(directory.resolve("jwt_private.pem")), "another node may be reading the older ring");

        now = now.plusSeconds(61);
        here.rotation.tick();
        assertFalse(Files.exists(directory.resolve("jwt_private.pem")));
        assertFalse(Files.exists(directory.resolve("jwt_public.pem")));
        assertTrue(here.verifies(old));

        now = now.plus(Duration.ofHours(25));
        here.rotation.tick();
        assertTrue(here.verifies(old), "an hour of tokens, the skew, and a day of grace");
        now = now.plus(Duration.ofMinutes(2));
        here.rotation.tick();
        assertFalse(here.verifies(old));
        assertEquals(old.kid(), here.in(KeyState.RETIRED).orElseThrow());
        assertTrue(here.ring.findIncludingRetired(old.kid()).isPresent(), "for a late logout");
        assertEquals(here.active(), new Node(Map.of()).active(), "no new pair in the place of the first one");
    }

    @Test
    void laterKeysAreDestroyedTheSameWay() throws IOException {
        now = START.plus(PUBLISH);
        String second = here.next();
        here.rotation.rotate(ADMIN);
        now = now.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        Path file = directory.resolve("key-" + second + ".pem");
        assertTrue(Files.exists(file));
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        now = now.plusSeconds(61);
        here.rotation.tick();
        assertFalse(Files.exists(file));
    }

    @Test
    void anotherPairInThePlaceOfTheFirstOneIsNotTouched() throws IOException {
        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        Path other = home.resolve("other");
        new KeyFiles(TestSettings.dev(other, Map.of("jwt.key.size", "2048")).keys(), true).readOrMake();
        for (String name : List.of("jwt_private.pem", "jwt_public.pem")) {
            Files.delete(directory.resolve(name));
            Files.copy(other.resolve("keys").resolve(name), directory.resolve(name));
        }
        now = now.plusSeconds(61);
        here.rotation.tick();
        assertTrue(Files.exists(directory.resolve("jwt_private.pem")));
        assertEquals(here.active(), new Node(Map.of()).active(), "and not used");
    }

    @Test
    void compromisedKeyIsDeadWithTheOneThatWaited() {
        SigningKey old = here.ring.active();
        SigningKey waiting = known(here.next());
        assertEquals(
                List.of(old.kid(), waiting.kid()).stream().sorted().toList(),
                here.rotation.compromise(old.kid(), false, ADMIN).stream()
                        .sorted()
                        .toList());
        for (Node node : List.of(here, there)) {
            node.ring.refresh();
            assertFalse(node.verifies(old));
            assertFalse(node.verifies(waiting));
            assertTrue(node.ring.findIncludingRetired(old.kid()).isEmpty(), "not even a logout");
            assertFalse(node.ring.jwks().text().contains(old.kid()));
            assertTrue(node.verifies(node.ring.active()));
            assertNotEquals(waiting.kid(), node.active());
        }
        assertEquals(2, here.audit.count("KEY_COMPROMISED administrator"));
        assertEquals(1, here.audit.count("KEY_ROTATED compromise ACTIVE"));
    }

    @Test
    void waitingKeyThatIsKnownToBeSafeSignsAtOnce() {
        SigningKey old = here.ring.active();
        String waiting = here.next();
        assertEquals(List.of(old.kid()), here.rotation.compromise(old.kid(), true, ADMIN));
        assertFalse(here.verifies(old));
        assertEquals(waiting, here.active());
        here.rotation.tick();
        assertNotEquals(waiting, here.next());
    }

    @Test
    void compromisedWaitingKeyLeavesTheOtherSigning() {
        String signing = here.active();
        SigningKey waiting = known(here.next());
        assertEquals(List.of(waiting.kid()), here.rotation.compromise(waiting.kid(), false, ADMIN));
        assertEquals(signing, here.active());
        assertFalse(here.verifies(waiting));
        now = START.plus(PUBLISH);
        assertEquals(
                ErrorCode.ROTATION_TOO_EARLY,
                assertThrows(AuthException.class, () -> here.rotation.rotate(ADMIN))
                        .code(),
                "the one in its place is young");
    }

    @Test
    void compromiseOfAnOldKeyLeavesTheOneThatSigns() {
        SigningKey old = here.ring.active();
        now = START.plus(PUBLISH);
        here.rotation.rotate(ADMIN);
        String signing = here.active();
        here.rotation.compromise(old.kid(), true, ADMIN);
        assertFalse(here.verifies(old));
        assertEquals(signing, here.active());
    }

    @Test
    void whatWasCompromisedOnceIsNotToldTwice() {
        String old = here.active();
        here.rotation.compromise(old, true, ADMIN);
        assertEquals(List.of(), here.rotation.compromise(old, true, ADMIN));
        assertEquals(1, here.audit.count("KEY_COMPROMISED administrator"));
    }

    @Test
    void nodeThatSeesTheStoreAloneBelievesTheDeadKeyNoMore() {
        SigningKey old = there.ring.active();
        SigningKey waiting = known(there.next());
        here.rotation.compromise(old.kid(), false, ADMIN);
        assertTrue(there.verifies(old), "it has not looked yet");

        there.ring.distrust(store.compromisedKeys());
        assertFalse(there.verifies(old));
        assertFalse(there.verifies(waiting));
        assertEquals(
                503,
                assertThrows(AuthException.class, there.ring::active).code().status());
        there.ring.refresh();
        assertEquals(here.active(), there.active());
    }

    @Test
    void ringOfABackupDoesNotBringADeadKeyBack() throws IOException {
        byte[] backup = Files.readAllBytes(directory.resolve("ring.json"));
        SigningKey old = here.ring.active();
        here.rotation.compromise(old.kid(), false, ADMIN);
        overwrite("ring.json", backup);

        Node restarted = new Node(Map.of());
        restarted.ring.distrust(store.compromisedKeys());
        assertFalse(restarted.verifies(old));
        restarted.rotation.tick();
        assertNotEquals(old.kid(), restarted.active());
        assertFalse(restarted.verifies(old));
        assertEquals(2, restarted.audit.count("KEY_COMPROMISED store"));
        assertTrue(directoryRing().find(old.kid()).orElseThrow().compromised());
    }

    @Test
    void deadKeyIsDeadThoughTheDirectoryCannotBeChanged() throws IOException {
        byte[] ring = Files.readAllBytes(directory.resolve("ring.json"));
        SigningKey old = here.ring.active();
        overwrite("ring.json", new byte[0]);
        assertEquals(
                503,
                assertThrows(AuthException.class, () -> here.rotation.compromise(old.kid(), true, ADMIN))
                        .code()
                        .status());
        assertFalse(here.verifies(old));
        there.ring.distrust(store.compromisedKeys());
        assertFalse(there.verifies(old));
        assertEquals(1, here.audit.count("KEY_COMPROMISED administrator"));

        overwrite("ring.json", ring);
        there.rotation.tick();
        assertFalse(there.verifies(old));
        assertNotEquals(old.kid(), there.active());
    }

    /** Another node may hold the lock for long: while it waits for an HSM, or because somebody has stopped it. */
    @Test
    void deadKeyIsDeadWhileSomebodyElseHoldsTheLock() throws Exception {
        SigningKey old = here.ring.active();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread other = new Thread(() -> hold(held, end));
        other.start();
        held.await();
        Thread administrator = new Thread(() -> here.rotation.compromise(old.kid(), true, ADMIN));
        administrator.start();
        try {
            await(() -> store.compromisedKeys().contains(old.kid()));
            assertFalse(here.verifies(old));
            assertFalse(directoryRing().find(old.kid()).orElseThrow().compromised());
        } finally {
            end.countDown();
        }
        administrator.join();
        other.join();
        assertTrue(directoryRing().find(old.kid()).orElseThrow().compromised());
        assertEquals(1, here.audit.count("KEY_COMPROMISED administrator"));
    }

    /** As when the directory lies on another machine, which does not answer. */
    @Test
    void deadKeyIsDeadWhileALookAtTheDirectoryHangs() throws Exception {
        SigningKey old = there.ring.active();
        here.rotation.compromise(old.kid(), true, ADMIN);
        Thread lookAtStore = new Thread(() -> there.ring.distrust(store.compromisedKeys()));
        synchronized (there.ring) { // as a look that does not come back
            lookAtStore.start();
            lookAtStore.join(10_000);
            assertFalse(there.verifies(old));
        }
    }

    @Test
    void compromiseThatReachedNeitherDirectoryNorStoreIsToldToBothLater() throws IOException {
        byte[] ring = Files.readAllBytes(directory.resolve("ring.json"));
        SecurityStore found = store;
        AtomicBoolean away = new AtomicBoolean(true);
        store = (SecurityStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SecurityStore.class}, (proxy, method, arguments) -> {
                    if (away.get()) {
                        throw new StoreUnavailableException(new IOException("away"));
                    }
                    return method.invoke(found, arguments);
                });
        Node cutOff = new Node(Map.of());
        String old = cutOff.active();
        overwrite("ring.json", new byte[0]);
        assertThrows(AuthException.class, () -> cutOff.rotation.compromise(old, true, ADMIN));
        overwrite("ring.json", ring);

        cutOff.rotation.tick();
        assertTrue(directoryRing().find(old).orElseThrow().compromised(), "it does not wait for the store");
        assertNotEquals(old, cutOff.active());

        away.set(false);
        cutOff.rotation.tick();
        assertEquals(Set.of(old), found.compromisedKeys());
    }

    @Test
    void waitingKeyThatWasLostMakesRoomForAnotherWithinTheMinute() throws IOException {
        String lost = here.next();
        Files.delete(directory.resolve("key-" + lost + ".pem"));

        here.rotation.tick();

        assertNotEquals(lost, here.next());
        assertTrue(directoryRing().find(lost).isEmpty());
    }

    @Test
    void storeThatWasAwayIsToldLater() {
        SecurityStore found = store;
        store = (SecurityStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SecurityStore.class}, (proxy, method, arguments) -> {
                    throw new StoreUnavailableException(new IOException("away"));
                });
        Node cutOff = new Node(Map.of());
        String old = cutOff.active();
        cutOff.rotation.compromise(old, true, ADMIN);
        assertNotEquals(old, cutOff.active());

        here.rotation.tick();
        assertEquals(Set.of(old), found.compromisedKeys());
    }

    @Test
    void unknownKeyCannotBeCompromised() {
        assertEquals(
                ErrorCode.NOT_FOUND,
                assertThrows(AuthException.class, () -> here.rotation.compromise("x", false, ADMIN))
                        .code());
    }

    @Test
    void betweenAKeyAndItsSuccessorNothingIsSignedAndARestartMakesOne() throws IOException {
        String old = here.active();
        here.ring.directory().change(now, ring -> ring.compromise(old, now).withoutNext()); // and then the power went
        here.ring.refresh();
        AuthException refused = assertThrows(AuthException.class, here.ring::active);
        assertEquals(503, refused.code().status());
        assertTrue(refused.headers().containsKey("Retry-After"));

        Node restarted = new Node(Map.of());
        assertNotEquals(old, restarted.active());
        here.ring.refresh();
        assertEquals(restarted.active(), here.active());
        assertNotEquals(here.active(), here.next());
    }

    @Test
    void betweenAKeyAndItsSuccessorTheMinuteMakesOneToo() throws IOException {
        String old = here.active();
        here.ring.directory().change(now, ring -> ring.compromise(old, now).withoutNext());
        there.rotation.tick();
        here.ring.refresh();
        assertNotEquals(old, here.active());
        assertNotEquals(here.active(), here.next());
    }

    @Test
    void encryptedRingIsEncryptedThroughout() throws IOException {
        home = home.resolve("encrypted");
        Node node = new Node(Map.of("jwt.key.passphrase", "opensesame"));
        String text = Files.readString(home.resolve("keys/key-" + node.next() + ".pem"));
        assertTrue(text.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"), text);
        String waiting = node.next();
        now = START.plus(PUBLISH);
        node.rotation.rotate(ADMIN);
        assertEquals(waiting, new Node(Map.of("jwt.key.passphrase", "opensesame")).active());
        assertEquals(
                "jwt.key.path: " + home.resolve("keys/key-" + waiting + ".pem")
                        + " cannot be decrypted with jwt.key.passphrase",
                assertThrows(InvalidSettingException.class, () -> new Node(Map.of("jwt.key.passphrase", "closesesame")))
                        .getMessage());
    }

    @Test
    void directoryThatIsAwayChangesNothingAndIsTold() throws IOException {
        String signing = here.active();
        Path away = home.resolve("away");
        Files.move(directory, away);
        here.ring.refresh();
        assertEquals(signing, here.active());
        assertFalse(here.ring.isReadable());
        assertEquals(
                503,
                assertThrows(AuthException.class, () -> here.rotation.rotate(ADMIN))
                        .code()
                        .status());
        Files.move(away, directory);
        here.ring.refresh();
        assertTrue(here.ring.isReadable());
    }

    @Test
    void garbageInTheRingChangesNothingOnARunningNodeAndStopsAStart() throws IOException {
        String signing = here.active();
        byte[] whole = Files.readAllBytes(directory.resolve("ring.json"));
        for (String garbage : List.of(
                "", "{", "[]", "{\"version\":1}", "{\"version\":2,\"keys\":[]}", "{\"version\":1,\"keys\":[{}]}")) {
            overwrite("ring.json", garbage.getBytes(StandardCharsets.UTF_8));
            here.ring.refresh();
            assertEquals(signing, here.active());
            assertFalse(here.ring.isReadable(), garbage);
            assertEquals(
                    "jwt.key.path: " + directory.resolve("ring.json") + " is not a key ring: restore it",
                    assertThrows(InvalidSettingException.class, () -> new Node(Map.of()))
                            .getMessage());
        }
        overwrite("ring.json", whole);
        here.ring.refresh();
        assertTrue(here.ring.isReadable());
    }

    @Test
    void ringWhoseNamesDoNotBelongToItsKeysIsRefused() throws IOException {
        String text = Files.readString(directory.resolve("ring.json"));
        String swapped = text.replace(
                "\"kid\":\"" + here.active() + "\",\"state\"", "\"kid\":\"" + here.next() + "\",\"state\"");
        assertNotEquals(text, swapped);
        overwrite("ring.json", swapped.getBytes(StandardCharsets.UTF_8));
        assertThrows(InvalidSettingException.class, () -> new Node(Map.of()));
    }

    @Test
    void ringThatNamesAFileElsewhereIsRefused() throws IOException {
        String text = Files.readString(directory.resolve("ring.json"));
        overwrite(
                "ring.json",
                text.replace("jwt_private.pem", "../jwt_private.pem").getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "jwt.key.path: " + directory.resolve("ring.json") + " is not a key ring: restore it",
                assertThrows(InvalidSettingException.class, () -> new Node(Map.of()))
                        .getMessage());
    }

    @Test
    void lostRingIsNotMadeAnewOverItsKeys() throws IOException {
        Files.delete(directory.resolve("ring.json"));
        assertEquals(
                "jwt.key.path: " + directory
                        + " holds keys of a ring, but no ring.json: restore it, or move the keys (and jwks.json) away to begin anew",
                assertThrows(InvalidSettingException.class, () -> new Node(Map.of()))
                        .getMessage());
    }

    @Test
    void anotherKeyInTheFileOfOneIsRefused() throws IOException {
        String active = here.active();
        Files.delete(directory.resolve("jwt_private.pem"));
        Files.delete(directory.resolve("jwt_public.pem"));
        Files.copy(directory.resolve("key-" + here.next() + ".pem"), directory.resolve("jwt_private.pem"));
        assertEquals(
                "jwt.key.path: " + directory.resolve("jwt_private.pem")
                        + " is another key than ring.json says, which is " + active,
                assertThrows(InvalidSettingException.class, () -> new Node(Map.of()))
                        .getMessage());
    }

    @Test
    void missingKeyThatSignsIsRefused() throws IOException {
        Files.delete(directory.resolve("jwt_private.pem"));
        assertEquals(
                "jwt.key.path: " + directory.resolve("jwt_private.pem") + " is missing",
                assertThrows(InvalidSettingException.class, () -> new Node(Map.of()))
                        .getMessage());
    }

    @Test
    void missingKeyThatWaitsIsAnotherOne() throws IOException {
        String lost = here.next();
        Files.delete(directory.resolve("key-" + lost + ".pem"));
        Node restarted = new Node(Map.of());
        assertEquals(here.active(), restarted.active());
        assertNotEquals(lost, restarted.next());
    }

    @Tag("fault-32")
    @Test
    void keyOfTheRingThatOthersCanReadIsRefusedInProduction() throws IOException {
        Path file = directory.resolve("key-" + here.next() + ".pem");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
        KeyRing production = new KeyRing(
                new Configuration(TestSettings.production(home, Map.of("jwt.key.size", "2048"))), () -> now);
        assertEquals(
                "jwt.key.path: " + file + " can be read by others than its owner: chmod 0400",
                assertThrows(InvalidSettingException.class, production::open).getMessage());
    }

    @Test
    void keySetLiesInAFileForServersThatReadOne() throws IOException {
        assertEquals(here.ring.jwks().text(), Files.readString(directory.resolve("jwks.json")));
        here.rotation.compromise(here.active(), true, ADMIN);
        assertEquals(here.ring.jwks().text(), Files.readString(directory.resolve("jwks.json")));
    }

    @Test
    void pairOfAnEarlierVersionIsAdopted() throws IOException {
        home = home.resolve("earlier");
        SigningKey pair = new KeyFiles(
                        TestSettings.dev(home, Map.of("jwt.key.size", "2048")).keys(), true)
                .readOrMake();
        assertEquals(pair.kid(), new Node(Map.of()).active());
    }

    private SigningKey known(String kid) {
        RingKey key = here.ring.keys().stream()
                .filter(one -> one.kid().equals(kid))
                .findFirst()
                .orElseThrow();
        try {
            return here.ring.directory().load(key);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Ring directoryRing() throws IOException {
        return here.ring.directory().read();
    }

    private void overwrite(String name, byte[] content) throws IOException {
        Files.delete(directory.resolve(name));
        Files.write(directory.resolve(name), content);
    }

    private void hold(CountDownLatch held, CountDownLatch end) {
        try {
            DirectoryLock.hold(directory, () -> {
                held.countDown();
                try {
                    return end.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException stopped) {
                    throw new IllegalStateException(stopped);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertTrue(condition.getAsBoolean());
    }

    private static void race(Runnable one, Runnable other) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Callable<Void>> racers = new ArrayList<>();
            for (Runnable racer : List.of(one, other)) {
                racers.add(() -> {
                    start.await();
                    racer.run();
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(racers)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
