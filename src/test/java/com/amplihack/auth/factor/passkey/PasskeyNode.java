package com.amplihack.auth.factor.passkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.factor.passkey.PasskeyAuthenticator.Verified;
import com.amplihack.auth.factor.passkey.Passkeys.Owner;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.token.Tokens;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.persistence.EntityManager;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A node: its database, its clock, what it has audited, and what it refuses. */
final class PasskeyNode {
    static final String ORIGIN = "https://app.example.com";
    static final RelyingParty PARTY =
            new RelyingParty("example.com", "Example", Set.of(ORIGIN, "https://other.example.com"));
    static final ClientContext CLIENT = new ClientContext("192.0.2.1", "Test/1.0", "");
    static final PresentedDevices NO_DEVICES = (account, version) -> Optional.empty();
    static final Instant START = Instant.parse("2026-06-01T12:00:00Z");

    private final String name;
    final Database database;
    final RecordedAudit audit = new RecordedAudit();
    final List<MailKind> mails = Collections.synchronizedList(new ArrayList<>());
    Instant now = START;
    final ScriptedStore store;
    final Passkeys passkeys;
    final PasskeyAnswers answers;
    final LoginLimit limit;
    final PasskeyAuthenticator authenticator;

    PasskeyNode(String name, Database database) {
        this.name = name;
        this.database = database;
        store = new ScriptedStore(new EmbeddedBackend(() -> now));
        PasskeyStore records = new PasskeyStore(database);
        Challenges challenges = new Challenges(Tokens.RING, store, () -> now);
        passkeys = new Passkeys(records, challenges, notices(), audit, () -> now);
        answers = new PasskeyAnswers(records, challenges, audit, () -> now);
        Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of()));
        limit = new LoginLimit(store, new RateLimiter(audit, configuration), configuration);
        authenticator = new PasskeyAuthenticator(records, answers, new AccountDirectory(database), store, limit, audit);
    }

    Notices notices() {
        Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of()));
        return new Notices(new Outbox(database, configuration, new Meters(), () -> now), () -> now) {
            @Override
            public void tell(EntityManager entities, Account to, MailKind kind, Map<String, String> parameters) {
                mails.add(kind);
            }
        };
    }

    Owner owner(String account) {
        return new Owner(account, "session of " + account, CLIENT);
    }

    JsonObject options(String account) {
        return passkeys.options(PARTY, owner(account));
    }

    PasskeyRecord add(String account, JsonObject credential) {
        return passkeys.add(PARTY, owner(account), read(credential), Optional.empty());
    }

    /** Makes a passkey for an account. */
    SoftwareAuthenticator register(String account, SoftwareAuthenticator device) {
        add(account, device.create(options(account)));
        return device;
    }

    Verified signIn(JsonObject credential) {
        return authenticator.authenticate(PARTY, read(credential), NO_DEVICES, CLIENT);
    }

    @Override
    public String toString() {
        return name;
    }

    static Credential read(JsonObject credential) {
        JsonObject body =
                Json.createObjectBuilder().add("credential", credential).build();
        return Credential.read(JsonBody.of(body, "body"), "credential");
    }

    static String account(PasskeyNode node) {
        String id = UUID.randomUUID().toString();
        node.database.write(entities -> {
            entities.persist(TestAccounts.account(id, "user-" + id, Set.of(), Set.of()));
            return id;
        });
        return id;
    }

    static void assertInvalid(Runnable attempt) {
        AuthException refused = assertThrows(AuthException.class, attempt::run);
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
    }

    static void assertRefused(String detail, Runnable attempt) {
        AuthException refused = assertThrows(AuthException.class, attempt::run);
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        assertEquals(detail, refused.getMessage());
    }

    static void assertRefusedToOwner(PasskeyNode node, String reason, Runnable attempt) {
        assertRefused("credential: refused (" + reason + ").", attempt);
        assertEquals("PASSKEY_REFUSED " + reason, node.audit.last());
    }

    /** Always the same answer, whatever the reason, which the audit log has. */
    static void assertSignInRefused(PasskeyNode node, String reason, JsonObject credential) {
        AuthException refused = assertThrows(AuthException.class, () -> node.signIn(credential), reason);
        assertEquals(ErrorCode.INVALID_CREDENTIALS, refused.code(), reason);
        assertEquals("No account can sign in with this passkey.", refused.getMessage());
        assertEquals("LOGIN_FAILED " + reason, node.audit.last());
        node.limit.lift(CLIENT.address());
    }
}
