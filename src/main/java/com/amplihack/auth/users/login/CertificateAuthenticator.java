package com.amplihack.auth.users.login;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.CertificateSettings;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountDirectory.AccountRef;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * Authenticates a service by the client certificate that the TLS layer has verified; every failure gets the same
 * answer, and the account's lockout, which is for guessed passwords, does not apply.
 */
@Singleton
public class CertificateAuthenticator {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final int MAX_NAME_LENGTH = 512;

    private final AccountDirectory accounts;
    private final SessionStore store;
    private final AuditLog audit;
    private final Configuration configuration;
    private final LoginLimit limit;
    private final InstantSource clock;

    @Inject
    public CertificateAuthenticator(
            AccountDirectory accounts,
            SessionStore store,
            AuditLog audit,
            Configuration configuration,
            LoginLimit limit,
            InstantSource clock) {
        this.accounts = accounts;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
        this.limit = limit;
        this.clock = clock;
    }

    /** The account, or the reason of the refusal, which goes to the audit log only. */
    private record Found(Optional<Account> account, Optional<SessionStore.Epoch> epoch, Optional<String> refusal) {
        static Found refused(String reason) {
            return new Found(Optional.empty(), Optional.empty(), Optional.of(reason));
        }
    }

    /**
     * Authenticates the certificate's account, counted against the login quota of the client's address. Audits refusals; a
     * success is for whoever signs in.
     *
     * @param leaf the client's certificate, whose key and chain the TLS handshake has verified
     * @throws AuthException {@code rate_limited}, {@code invalid_credentials} or {@code store_unavailable}
     */
    public Authenticated authenticate(X509Certificate leaf, ClientContext client) {
        LoginLimit.Begun begun = limit.begin(Optional.empty(), Optional.empty(), client);
        Found found = find(leaf, begun);
        if (found.refusal().isPresent()) {
            AuditEntry entry = named(
                    AuditEntry.of(AuditEvent.LOGIN_FAILED, client)
                            .detail("method", "certificate")
                            .detail("reason", found.refusal().get()),
                    leaf);
            found.account().ifPresent(account -> entry.user(account.id(), account.username()));
            audit.record(entry);
            limit.fail(begun);
            throw begun.left()
                    .addTo(new AuthException(
                            ErrorCode.INVALID_CREDENTIALS, "No account can sign in with this certificate."));
        }
        RateLimit left = limit.giveBack(begun);
        return new Authenticated(found.account().orElseThrow(), found.epoch().orElseThrow(), left);
    }

    /** Adds the certificate's subject, issuer and serial number, in hexadecimal. */
    public static AuditEntry named(AuditEntry entry, X509Certificate leaf) {
        return entry.detail("subject", shown(leaf.getSubjectX500Principal()))
                .detail("issuer", shown(leaf.getIssuerX500Principal()))
                .detail("serial", leaf.getSerialNumber().toString(16));
    }

    private Found find(X509Certificate leaf, LoginLimit.Begun begun) {
        try {
            return unfit(leaf).map(Found::refused).orElseGet(() -> find(leaf.getSubjectX500Principal()));
        } catch (AuthException untried) { // a 503
            limit.giveBack(begun);
            throw untried;
        }
    }

    /**
     * Checks what TLS may not: it does not validate a certificate that is in the trust store itself, and a resumed
     * session (RFC 8446 section 2.2) was validated when it began.
     */
    private Optional<String> unfit(X509Certificate leaf) {
        Instant now = clock.instant();
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return Optional.of("certificate_not_yet_valid");
        }
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            return Optional.of("certificate_expired");
        }
        if (!isForClients(leaf)) {
            return Optional.of("certificate_not_for_clients");
        }
        return settings().mayIssue(leaf.getIssuerX500Principal()) ? Optional.empty() : Optional.of("other_issuer");
    }

    /** RFC 5280 section 4.2.1.12: {@code clientAuth} or no extension; {@code anyExtendedKeyUsage} is not enough. */
    private static boolean isForClients(X509Certificate leaf) {
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            return purposes == null || purposes.contains(CLIENT_AUTH);
        } catch (CertificateParsingException malformed) {
            return false;
        }
    }

    private Found find(X500Principal subject) {
        Optional<String> name = settings().accountOf(subject);
        if (name.isEmpty()) {
            return Found.refused("unmapped_subject");
        }
        Optional<AccountRef> key = name.flatMap(Username::parse).flatMap(accounts::findKey);
        // read before the account: a session opens only if the epoch is unchanged
        Optional<SessionStore.Epoch> epoch = key.map(known -> store.epoch(known.id()));
        Optional<Account> account = key.flatMap(known -> accounts.find(known.id()));
        if (account.isEmpty()) {
            return Found.refused("unknown_account");
        }
        return new Found(
                account,
                epoch,
                account.filter(Account::enabled).isPresent() ? Optional.empty() : Optional.of("disabled"));
    }

    private CertificateSettings settings() {
        return configuration.settings().certificates();
    }

    /** In the notation of {@code auth.certificate.accounts}, truncated. */
    private static String shown(X500Principal name) {
        String text = CertificateSettings.spelled(name);
        return text.length() <= MAX_NAME_LENGTH ? text : text.substring(0, MAX_NAME_LENGTH);
    }
}
