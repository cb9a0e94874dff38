package com.amplihack.auth.factor.passkey;

import static com.amplihack.auth.factor.passkey.PasskeyNode.CLIENT;
import static com.amplihack.auth.factor.passkey.PasskeyNode.ORIGIN;
import static com.amplihack.auth.factor.passkey.PasskeyNode.PARTY;
import static com.amplihack.auth.factor.passkey.PasskeyNode.START;
import static com.amplihack.auth.factor.passkey.PasskeyNode.account;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertInvalid;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertRefused;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertRefusedToOwner;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertSignInRefused;
import static com.amplihack.auth.factor.passkey.PasskeyNode.read;
import static com.amplihack.auth.factor.passkey.SoftwareAuthenticator.BACKED_UP;
import static com.amplihack.auth.factor.passkey.SoftwareAuthenticator.BACKUP_ELIGIBLE;
import static com.amplihack.auth.factor.passkey.SoftwareAuthenticator.PRESENT;
import static com.amplihack.auth.factor.passkey.SoftwareAuthenticator.VERIFIED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.factor.passkey.Challenges.Purpose;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator.Verified;
import com.amplihack.auth.factor.passkey.Passkeys.Owner;
import com.amplihack.auth.factor.passkey.SoftwareAuthenticator.Answer;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.LoginStore;
import com.amplihack.auth.token.Tokens;
import com.amplihack.auth.users.Account;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** What makes a passkey, what signs in by one, and what is refused, on both databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasskeysTest {

    private final ExecutorService people = Executors.newCachedThreadPool();
    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    private static SoftwareAuthenticator device() {
        return SoftwareAuthenticator.es256(ORIGIN);
    }

    @BeforeAll
    void start() throws IOException {
        postgres = StartedPostgres.start();
    }

    @AfterAll
    void stop() throws IOException, SQLException {
        people.shutdownNow();
        opened.forEach(Database::close);
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<PasskeyNode> nodes() {
        return Stream.of(
                new PasskeyNode("H2", open(Map.of("auth.db.url", "jdbc:h2:mem:" + UUID.randomUUID()))),
                new PasskeyNode(
                        "PostgreSQL",
                        open(Map.of(
                                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                                "auth.db.user", "postgres",
                                "auth.db.password", "postgres"))));
    }

    private Database open(Map<String, String> settings) {
        Database database = new Database(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)));
        database.open();
        opened.add(database);
        return database;
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aPasskeyOfEachAlgorithmSignsInWithoutAName(PasskeyNode node) {
        String ada = account(node);
        for (SoftwareAuthenticator device :
                List.of(device(), SoftwareAuthenticator.ed25519(ORIGIN), SoftwareAuthenticator.rs256(ORIGIN, 2048))) {
            node.register(ada, device);
            for (int i = 0; i < 2; i++) {
                Verified verified = node.signIn(device.get(node.answers.options(PARTY)));
                assertEquals(ada, verified.who().account().id());
                assertEquals(List.of("hwk", "user", "mfa"), verified.amr());
            }
        }
        assertEquals(3, node.audit.count("PASSKEY_ADDED"));
        assertEquals(List.of(MailKind.PASSKEY_ADDED, MailKind.PASSKEY_ADDED, MailKind.PASSKEY_ADDED), node.mails);
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void theOptionsSayWhatABrowserNeeds(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator first = node.register(ada, device());

        JsonObject options = node.options(ada);

        assertEquals("example.com", options.getJsonObject("rp").getString("id"));
        assertEquals("user-" + ada, options.getJsonObject("user").getString("name"));
        String handle = options.getJsonObject("user").getString("id");
        assertEquals(64, Base64.getUrlDecoder().decode(handle).length);
        assertEquals(handle, node.options(ada).getJsonObject("user").getString("id"), "the same for good");
        assertNotEquals(
                handle, node.options(account(node)).getJsonObject("user").getString("id"));
        assertEquals(
                "[{\"type\":\"public-key\",\"alg\":-7},{\"type\":\"public-key\",\"alg\":-8},"
                        + "{\"type\":\"public-key\",\"alg\":-257}]",
                options.getJsonArray("pubKeyCredParams").toString());
        assertEquals(
                "[{\"type\":\"public-key\",\"id\":\"" + first.id() + "\",\"transports\":[\"hybrid\",\"internal\"]}]",
                options.getJsonArray("excludeCredentials").toString());
        assertEquals(
                "{\"residentKey\":\"required\",\"requireResidentKey\":true,\"userVerification\":\"required\"}",
                options.getJsonObject("authenticatorSelection").toString());
        assertEquals("none", options.getString("attestation"));
        assertEquals(300_000, options.getInt("timeout"));
        JsonObject request = node.answers.options(PARTY);
        assertEquals("example.com", request.getString("rpId"));
        assertEquals("required", request.getString("userVerification"));
        assertTrue(request.getJsonArray("allowCredentials").isEmpty());
        assertNotEquals(
                request.getString("challenge"), node.answers.options(PARTY).getString("challenge"));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aSyncedPasskeyDoesNotCountAndShowsItsBackup(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device().synced());

        assertEquals(
                List.of("swk", "user", "mfa"),
                node.signIn(device.get(node.answers.options(PARTY))).amr());
        assertEquals(
                ada,
                node.signIn(device.get(node.answers.options(PARTY), answer -> answer.flags &= ~BACKED_UP))
                        .who()
                        .account()
                        .id());

        JsonObject listed = only(node, ada);
        assertEquals(0, listed.getInt("sign_count"));
        assertTrue(listed.getBoolean("backup_eligible"));
        assertFalse(listed.getBoolean("backed_up"), "as it was last said to be");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aNewPasskeyIsRefusedIfAnyPartOfItIsNotWhatWasAskedFor(PasskeyNode node) {
        String ada = account(node);
        String foreign = node.options(account(node)).getString("challenge");
        String signIn = node.answers.options(PARTY).getString("challenge");
        Map<String, Consumer<Answer>> tamperings = new LinkedHashMap<>();
        tamperings.put("bad_challenge made up", answer -> answer.challenge = "A".repeat(96));
        tamperings.put("bad_challenge of another account", answer -> answer.challenge = foreign);
        tamperings.put("bad_challenge for a sign-in", answer -> answer.challenge = signIn);
        tamperings.put("bad_challenge short", answer -> answer.challenge = "AAAA");
        tamperings.put("bad_origin", answer -> answer.origin = "https://evil.example");
        tamperings.put("bad_origin sub-domain", answer -> answer.origin = "https://evil.example.com");
        tamperings.put("bad_origin port", answer -> answer.origin = ORIGIN + ":8443");
        tamperings.put("bad_rp_id", answer -> answer.rpId = "evil.example");
        tamperings.put("inconsistent_client_data_type", answer -> answer.type = "webauthn.get");
        tamperings.put("user_not_present", answer -> answer.flags = VERIFIED);
        tamperings.put("user_not_verified", answer -> answer.flags = PRESENT);
        tamperings.put("illegal_backup_state", answer -> answer.flags = PRESENT | VERIFIED | BACKED_UP);
        tamperings.put("bad_top_origin in a frame", answer -> answer.crossOrigin = true);
        tamperings.put("bad_top_origin named", answer -> answer.topOrigin = "https://evil.example");
        tamperings.put("not_allowed_algorithm", answer -> answer.algorithm = -35);
        tamperings.put("credential_id_too_long", answer -> answer.id = new byte[1024]);

        tamperings.forEach((reason, tampering) -> {
            JsonObject credential = device().create(node.options(ada), tampering);
            if (reason.startsWith("credential_id")) {
                assertInvalid(() -> node.add(ada, credential));
                return;
            }
            assertRefusedToOwner(node, reason.split(" ")[0], () -> node.add(ada, credential));
        });
        JsonObject renamed = Json.createObjectBuilder(device().create(node.options(ada)))
                .add("id", device().id())
                .build();
        assertRefusedToOwner(node, "other_credential_id", () -> node.add(ada, renamed));
        assertTrue(items(node, ada).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyThatIsTooSmallOrTooLargeIsRefused(PasskeyNode node) {
        String ada = account(node);

        assertRefusedToOwner(node, "key_size", () -> node.register(ada, SoftwareAuthenticator.rs256(ORIGIN, 1024)));
        node.register(ada, SoftwareAuthenticator.rs256(ORIGIN, 4096));
        assertRefusedToOwner(node, "key_size", () -> node.register(ada, SoftwareAuthenticator.rs256(ORIGIN, 4608)));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aRegistrationCannotBeRepeatedNorComeLateNorInAnotherSession(PasskeyNode node) {
        String ada = account(node);
        JsonObject options = node.options(ada);
        node.add(ada, device().create(options));

        assertRefusedToOwner(node, "replayed", () -> node.add(ada, device().create(options)));

        JsonObject others = node.options(ada);
        Owner stolen = new Owner(ada, "another session", CLIENT);
        assertRefusedToOwner(
                node,
                "bad_challenge",
                () -> node.passkeys.add(PARTY, stolen, read(device().create(others)), Optional.empty()));

        JsonObject last = node.options(ada);
        node.now = node.now.plus(Challenges.LIFE).minusMillis(1);
        node.add(ada, device().create(last));
        JsonObject late = node.options(ada);
        node.now = node.now.plus(Challenges.LIFE);
        assertRefusedToOwner(node, "bad_challenge", () -> node.add(ada, device().create(late)));
        JsonObject early = node.options(ada);
        node.now = node.now.minus(Challenges.SKEW).minusMillis(1);
        assertRefusedToOwner(node, "bad_challenge", () -> node.add(ada, device().create(early)));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aCredentialIdBelongsToOneAccount(PasskeyNode node) {
        String ada = account(node);
        String eve = account(node);
        SoftwareAuthenticator device = node.register(ada, device());

        assertRefused(
                "credential: refused (already_registered).",
                () -> node.add(eve, device.copy().create(node.options(eve))));
        SoftwareAuthenticator others = device();
        assertRefused(
                "credential: refused (already_registered).",
                () -> node.add(eve, others.create(node.options(eve), answer -> answer.id = device.rawId())));
        assertEquals(
                ada,
                node.signIn(device.get(node.answers.options(PARTY)))
                        .who()
                        .account()
                        .id());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aSignInIsRefusedIfAnyPartOfItIsNotWhatWasAskedFor(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        SoftwareAuthenticator unknown = device();
        unknown.create(node.options(ada));
        String eve = account(node);
        String foreignHandle = node.options(eve).getJsonObject("user").getString("id");
        String registration = node.options(ada).getString("challenge");
        String secondFactor = node.answers.options(PARTY, ada, "pending").getString("challenge");
        Map<String, Consumer<Answer>> tamperings = new LinkedHashMap<>();
        tamperings.put("bad_challenge made up", answer -> answer.challenge = "A".repeat(96));
        tamperings.put("bad_challenge of a registration", answer -> answer.challenge = registration);
        tamperings.put("bad_challenge of a second factor", answer -> answer.challenge = secondFactor);
        tamperings.put("bad_challenge with another time", answer -> answer.challenge = later(answer.challenge));
        tamperings.put("bad_origin", answer -> answer.origin = "https://evil.example");
        tamperings.put("bad_origin over http", answer -> answer.origin = "http://app.example.com");
        tamperings.put("bad_rp_id", answer -> answer.rpId = "evil.example");
        tamperings.put("inconsistent_client_data_type", answer -> answer.type = "webauthn.create");
        tamperings.put("user_not_present", answer -> answer.flags = VERIFIED);
        tamperings.put("user_not_verified", answer -> answer.flags = PRESENT);
        tamperings.put("illegal_backup_state", answer -> answer.flags = PRESENT | VERIFIED | BACKED_UP);
        tamperings.put("bad_backup_eligible_flag", answer -> answer.flags = PRESENT | VERIFIED | BACKUP_ELIGIBLE);
        tamperings.put("bad_top_origin in a frame", answer -> answer.crossOrigin = true);
        tamperings.put("bad_top_origin named", answer -> answer.topOrigin = "https://evil.example");
        tamperings.put("other_user_handle", answer -> answer.userHandle = foreignHandle);
        tamperings.put("other_user_handle unknown", answer -> answer.userHandle = "A".repeat(86));
        tamperings.put("other_user_handle missing", answer -> answer.userHandle = null);
        tamperings.put("bad_signature", answer -> answer.signature = new byte[70]);
        tamperings.put("unknown_passkey", answer -> answer.id = unknown.rawId());

        tamperings.forEach((reason, tampering) ->
                assertSignInRefused(node, reason.split(" ")[0], device.get(node.answers.options(PARTY), tampering)));

        // another key under that id: whoever knows the id and the handle
        SoftwareAuthenticator thief = device();
        thief.create(node.options(ada));
        assertSignInRefused(node, "bad_signature", thief.get(node.answers.options(PARTY), answer -> {
            answer.id = device.rawId();
            answer.counter = 1_000;
        }));
        assertEquals(
                ada,
                node.signIn(device.get(node.answers.options(PARTY)))
                        .who()
                        .account()
                        .id());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anAnswerIsGoodOnceAndForFiveMinutes(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device().synced());
        JsonObject options = node.answers.options(PARTY);
        JsonObject answer = device.get(options);
        node.signIn(answer);

        assertSignInRefused(node, "replayed", answer);
        assertSignInRefused(node, "replayed", device.get(options));
        node.now = node.now.plus(Challenges.LIFE).minusMillis(1);
        assertSignInRefused(node, "replayed", answer);
        node.now = node.now.plusMillis(1);
        assertSignInRefused(node, "bad_challenge", answer);
    }

    /** A store that was asked for anything would fail. */
    @Test
    void aChallengeThatNobodyAnswersIsStoredNowhere() {
        LoginStore nothing = (LoginStore) Proxy.newProxyInstance(
                LoginStore.class.getClassLoader(), new Class<?>[] {LoginStore.class}, (self, method, arguments) -> {
                    throw new AssertionError(method);
                });
        Challenges challenges = new Challenges(Tokens.RING, nothing, () -> START);

        String first = challenges.issue(Purpose.SIGN_IN, "");
        String second = challenges.issue(Purpose.SIGN_IN, "");

        assertNotEquals(first, second);
        assertTrue(challenges.isGood(first, Purpose.SIGN_IN, ""));
        assertFalse(new Challenges(Tokens.FOREIGN, nothing, () -> START).isGood(first, Purpose.SIGN_IN, ""));
        byte[] bytes = Base64.getUrlDecoder().decode(first);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(challenges.isGood(Base64Url.encode(flipped), Purpose.SIGN_IN, ""));
        }
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aCounterThatDoesNotGrowIsAClone(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        node.signIn(device.get(node.answers.options(PARTY)));
        SoftwareAuthenticator clone = device.copy();
        node.signIn(device.get(node.answers.options(PARTY)));

        assertSignInRefused(node, "malicious_counter_value", clone.get(node.answers.options(PARTY)));
        assertEquals(1, node.audit.count("PASSKEY_CLONED"));
        assertSignInRefused(
                node, "malicious_counter_value", device.get(node.answers.options(PARTY), answer -> answer.counter = 0));
        assertEquals(
                2, only(node, ada).getInt("sign_count"), "what is refused changes nothing, and its owner can go on");
        node.signIn(device.get(node.answers.options(PARTY), answer -> answer.counter = 0xFFFF_FFFFL));
        assertEquals(0xFFFF_FFFFL, only(node, ada).getJsonNumber("sign_count").longValue());
    }

    /** Both nodes have read the counter before either has written it. */
    @ParameterizedTest
    @MethodSource("nodes")
    void ofTwoCopiesThatAnswerAtOnceOneIsRefused(PasskeyNode node) throws Exception {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        SoftwareAuthenticator clone = device.copy();
        for (int round = 0; round < 10; round++) {
            JsonObject first = device.get(node.answers.options(PARTY));
            JsonObject second = clone.get(node.answers.options(PARTY));

            assertEquals(1, successes(List.of(first, second), node::signIn));
            node.limit.lift(CLIENT.address());
        }
        assertEquals(10, node.audit.count("PASSKEY_CLONED"));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void ofOneAnswerThatComesManyTimesAtOnceOneIsTaken(PasskeyNode node) throws Exception {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device().synced());
        JsonObject answer = device.get(node.answers.options(PARTY));

        assertEquals(1, successes(Collections.nCopies(5, answer), node::signIn));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void asASecondFactorOnlyTheAccountsOwnPasskeyCountsForThatSignInAlone(PasskeyNode node) {
        String ada = account(node);
        String eve = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        SoftwareAuthenticator foreign = node.register(eve, device());

        JsonObject options = node.answers.options(PARTY, ada, "pending");
        assertEquals(
                "[{\"type\":\"public-key\",\"id\":\"" + device.id() + "\",\"transports\":[\"hybrid\",\"internal\"]}]",
                options.getJsonArray("allowCredentials").toString());
        assertEquals(Optional.of("unknown_passkey"), second(node, foreign.get(options), ada, "pending"));
        assertEquals(Optional.of("bad_challenge"), second(node, device.get(options), ada, "another"));
        assertEquals(Optional.of("bad_challenge"), second(node, foreign.get(options), eve, "pending"));
        assertEquals(
                Optional.of("bad_challenge"), second(node, device.get(node.answers.options(PARTY)), ada, "pending"));
        String foreignHandle = node.options(eve).getJsonObject("user").getString("id");
        assertEquals(
                Optional.of("other_user_handle"),
                second(node, device.get(options, answer -> answer.userHandle = foreignHandle), ada, "pending"));
        assertEquals(
                Optional.empty(),
                second(node, device.get(options, answer -> answer.userHandle = null), ada, "pending"));
        assertEquals(Optional.of("replayed"), second(node, device.get(options), ada, "pending"));
    }

    private static Optional<String> second(PasskeyNode node, JsonObject credential, String account, String binding) {
        return node.answers
                .check(PARTY, read(credential), account, binding, CLIENT)
                .refusal();
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aDisabledAccountIsAnsweredLikeAnUnknownPasskey(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        node.database.write(entities -> {
            entities.find(Account.class, ada).enabled(false);
            return ada;
        });

        assertSignInRefused(node, "disabled", device.get(node.answers.options(PARTY)));
        node.database.write(entities -> {
            entities.remove(entities.find(Account.class, ada));
            return ada;
        });
        assertSignInRefused(node, "unknown_passkey", device.get(node.answers.options(PARTY)));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void failuresOfAnAddressAreLimited(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        node.signIn(device.get(node.answers.options(PARTY)));
        for (int i = 0; i < 5; i++) {
            JsonObject bad = device.get(node.answers.options(PARTY), answer -> answer.origin = "https://evil.example");
            assertThrows(AuthException.class, () -> node.signIn(bad));
        }

        AuthException limited =
                assertThrows(AuthException.class, () -> node.signIn(device.get(node.answers.options(PARTY))));

        assertEquals(ErrorCode.RATE_LIMITED, limited.code());
        node.authenticator.authenticate(
                PARTY,
                read(device.get(node.answers.options(PARTY))),
                (account, version) -> account.equals(ada) ? Optional.of("known") : Optional.empty(),
                CLIENT);
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void twentyPasskeysAreEnoughHoweverManyComeAtOnce(PasskeyNode node) throws Exception {
        String ada = account(node);
        for (int i = 0; i < Passkeys.MOST - 1; i++) {
            node.register(ada, device());
        }
        List<JsonObject> more = IntStream.range(0, 6)
                .mapToObj(i -> device().create(node.options(ada)))
                .toList();

        assertEquals(1, successes(more, credential -> node.add(ada, credential)));
        assertEquals(Passkeys.MOST, items(node, ada).size());
        AuthException full = assertThrows(AuthException.class, () -> node.options(ada));
        assertEquals(ErrorCode.INVALID_REQUEST, full.code());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void twoFirstRequestsAtOnceGetOneUserHandle(PasskeyNode node) throws Exception {
        String ada = account(node);
        Set<String> handles = Collections.synchronizedSet(new HashSet<>());

        assertEquals(
                4,
                successes(
                        Collections.nCopies(4, JsonValue.EMPTY_JSON_OBJECT),
                        nothing -> handles.add(
                                node.options(ada).getJsonObject("user").getString("id"))));
        assertEquals(1, handles.size());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void ownersNameAndRemoveTheirOwnPasskeysAlone(PasskeyNode node) {
        String ada = account(node);
        String eve = account(node);
        SoftwareAuthenticator device = node.register(ada, device());
        node.now = node.now.plusMillis(1);
        SoftwareAuthenticator second = node.register(ada, device());

        assertEquals(Optional.empty(), node.passkeys.rename(node.owner(eve), device.id(), "mine"));
        assertFalse(node.passkeys.remove(node.owner(eve), device.id()));
        assertEquals(
                "laptop",
                node.passkeys
                        .rename(node.owner(ada), device.id(), "laptop")
                        .orElseThrow()
                        .name());
        JsonObject page = node.passkeys.list(Optional.of(PARTY), ada);
        assertEquals(
                List.of("laptop", "Passkey"),
                page.getJsonArray("items").stream()
                        .map(item -> item.asJsonObject().getString("name"))
                        .toList());
        JsonObject signal = page.getJsonObject("signal");
        assertEquals("example.com", signal.getString("rpId"));
        assertEquals(node.options(ada).getJsonObject("user").getString("id"), signal.getString("userId"));
        assertEquals(List.of(device.id(), second.id()), strings(signal.getJsonArray("allAcceptedCredentialIds")));
        assertEquals("user-" + ada, signal.getString("name"));

        assertTrue(node.passkeys.remove(node.owner(ada), device.id()));
        assertFalse(node.passkeys.remove(node.owner(ada), device.id()));
        assertEquals("PASSKEY_REMOVED", node.audit.last());
        assertEquals(MailKind.PASSKEY_REMOVED, node.mails.get(node.mails.size() - 1));
        assertSignInRefused(node, "unknown_passkey", device.get(node.answers.options(PARTY)));
        assertEquals(second.id(), only(node, ada).getString("id"));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void whatIsNoAnswerOfAnAuthenticatorIsRefused(PasskeyNode node) {
        String ada = account(node);
        SoftwareAuthenticator device = device();
        JsonObject good = device.create(node.options(ada));

        for (String member : List.of("clientDataJSON", "attestationObject")) {
            for (String bytes : List.of("AA", "oA", "_____w", "e30", "n5-f".repeat(2_000))) {
                assertRefusedToOwner(node, "malformed", () -> node.add(ada, with(good, member, bytes)));
            }
            for (String spelling : List.of("", "A", "AA=", "A+/A", "Ä")) {
                assertInvalid(() -> node.add(ada, with(good, member, spelling)));
            }
        }
        node.register(ada, device);
        JsonObject answer = device.get(node.answers.options(PARTY));
        for (String member : List.of("clientDataJSON", "authenticatorData")) {
            for (String bytes : List.of("AA", "_____w", "e30")) {
                assertSignInRefused(node, "malformed", with(answer, member, bytes));
            }
        }
    }

    private static String later(String challenge) {
        byte[] bytes = Base64.getUrlDecoder().decode(challenge);
        bytes[32 + Long.BYTES - 1]++;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The credential with another value of a member of its response. */
    private static JsonObject with(JsonObject credential, String member, String value) {
        return Json.createObjectBuilder(credential)
                .add(
                        "response",
                        Json.createObjectBuilder(credential.getJsonObject("response"))
                                .add(member, value))
                .build();
    }

    private static List<String> strings(JsonArray array) {
        return array.getValuesAs(JsonString.class).stream()
                .map(JsonString::getString)
                .toList();
    }

    private static JsonArray items(PasskeyNode node, String account) {
        return node.passkeys.list(Optional.of(PARTY), account).getJsonArray("items");
    }

    private static JsonObject only(PasskeyNode node, String account) {
        JsonArray items = items(node, account);
        assertEquals(1, items.size());
        return items.getJsonObject(0);
    }

    /** How many of these that come at once succeed; the others are refused, and nothing else. */
    private int successes(List<JsonObject> inputs, Consumer<JsonObject> work) throws Exception {
        CountDownLatch together = new CountDownLatch(1);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        for (JsonObject input : inputs) {
            outcomes.add(people.submit(() -> {
                together.await();
                try {
                    work.accept(input);
                    return true;
                } catch (AuthException refused) {
                    assertTrue(refused.code().status() < 500, refused::getMessage);
                    return false;
                }
            }));
        }
        together.countDown();
        int successes = 0;
        for (Future<Boolean> outcome : outcomes) {
            successes += outcome.get() ? 1 : 0;
        }
        return successes;
    }
}
