package com.amplihack.auth.users.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountDirectory.AccountRef;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** What is asked of a certificate after TLS, on a clock that is set. */
class CertificateAuthenticatorTest {
    private static final String ID = UUID.randomUUID().toString();
    private static final String SUBJECT = "CN=orders,O=Example";
    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2026-02-01T00:00:00Z");
    private static final ClientContext CLIENT = new ClientContext("192.0.2.1", "Test/1.0", "");

    private final TestAuthority authority = new TestAuthority("CN=Services CA,O=Example");
    private final RecordedAudit audit = new RecordedAudit();
    private final Account account = TestAccounts.account(ID, "orders-service", Set.of(), Set.of());
    private Instant now = FROM;
    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private boolean endedMeanwhile;

    @Test
    void aCertificateIsGoodFromItsFirstInstantToItsLast() {
        X509Certificate leaf = leaf(KeyPurposeId.id_kp_clientAuth);

        assertEquals(ID, authenticate(leaf).account().id());
        now = TO;
        assertEquals(ID, authenticate(leaf).account().id());
        now = FROM.minusMillis(1);
        assertRefused("certificate_not_yet_valid", leaf);
        now = TO.plusMillis(1);
        assertRefused("certificate_expired", leaf);
    }

    @Test
    void aCertificateThatNamesPurposesNamesClients() {
        assertEquals(ID, authenticate(leaf()).account().id());
        assertEquals(
                ID,
                authenticate(leaf(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth))
                        .account()
                        .id());
        assertRefused("certificate_not_for_clients", leaf(KeyPurposeId.id_kp_serverAuth));
        assertRefused("certificate_not_for_clients", leaf(KeyPurposeId.anyExtendedKeyUsage));
    }

    @Test
    void aDisabledAccountIsRefused() {
        account.enabled(false);

        assertRefused("disabled", leaf());
    }

    @Test
    void aSessionOpensOnlyUnderTheEpochFromBeforeTheAccountWasRead() {
        endedMeanwhile = true;

        assertEquals(0, authenticate(leaf()).epoch().ended());
        assertEquals(1, store.epoch(ID).ended());
    }

    @Test
    void theLimitOfTheAddressIsTakenByCertificatesToo() {
        for (int i = 0; i < 5; i++) {
            assertRefused("certificate_not_for_clients", leaf(KeyPurposeId.id_kp_serverAuth));
        }

        AuthException limited = assertThrows(AuthException.class, () -> authenticate(leaf()));

        assertEquals(ErrorCode.RATE_LIMITED, limited.code());
        assertEquals("RATE_LIMIT_EXCEEDED", audit.last());
    }

    private X509Certificate leaf(KeyPurposeId... purposes) {
        return authority.issue(SUBJECT, FROM, TO, purposes).certificate();
    }

    private void assertRefused(String reason, X509Certificate leaf) {
        AuthException refused = assertThrows(AuthException.class, () -> authenticate(leaf));
        assertEquals(ErrorCode.INVALID_CREDENTIALS, refused.code());
        assertEquals("LOGIN_FAILED " + reason, audit.last());
    }

    private Authenticated authenticate(X509Certificate leaf) {
        Configuration configuration = new Configuration(TestSettings.dev(
                Path.of("/nowhere"), Map.of("auth.certificate.accounts", "orders-service:" + SUBJECT)));
        return new CertificateAuthenticator(
                        directory(configuration),
                        store,
                        audit,
                        configuration,
                        new LoginLimit(store, new RateLimiter(audit, configuration), configuration),
                        () -> now)
                .authenticate(leaf, CLIENT);
    }

    private AccountDirectory directory(Configuration configuration) {
        return new AccountDirectory(new Database(configuration)) {
            @Override
            public Optional<AccountRef> findKey(Username username) {
                return username.key().equals("orders-service") ? Optional.of(new AccountRef(ID, 0)) : Optional.empty();
            }

            @Override
            public Optional<Account> find(String id) {
                if (endedMeanwhile) {
                    store.endAll(id);
                }
                return Optional.of(account);
            }
        };
    }
}
