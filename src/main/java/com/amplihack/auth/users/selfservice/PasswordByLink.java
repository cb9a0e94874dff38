package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.PasswordHistory;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;

/**
 * Sets the password of whoever has the link of a mail, and ends all sessions of the account; second factors stay. A
 * password that is refused does not use up the link.
 */
@Singleton
public class PasswordByLink {
    private final LinkCheck links;
    private final Accounts accounts;
    private final PasswordPolicy policy;
    private final PasswordHistory history;
    private final PasswordHasher hasher;
    private final SecurityStore store;
    private final ContactRules contacts;
    private final Notices notices;
    private final AuditLog audit;

    @Inject
    public PasswordByLink(
            LinkCheck links,
            Accounts accounts,
            PasswordPolicy policy,
            PasswordHistory history,
            PasswordHasher hasher,
            SecurityStore store,
            ContactRules contacts,
            Notices notices,
            AuditLog audit) {
        this.links = links;
        this.accounts = accounts;
        this.policy = policy;
        this.history = history;
        this.hasher = hasher;
        this.store = store;
        this.contacts = contacts;
        this.notices = notices;
        this.audit = audit;
    }

    /**
     * Replaces a forgotten password, and lifts the lock that strangers' guesses have caused.
     *
     * @throws AuthException {@code weak_password}, {@code invalid_link}, {@code rate_limited}, {@code overloaded} or
     *     {@code store_unavailable}
     */
    public void reset(Secret token, Secret fresh, ClientContext client) {
        AccountChange.Step tell = (entities, account) -> notices.tell(
                entities, account, MailKind.PASSWORD_CHANGED, Map.of("method", "mail", "ip_address", client.address()));
        links.counted(client, () -> set(MailKind.PASSWORD_RESET, token, "new_password", fresh, tell, client));
    }

    /**
     * Sets the first password of an invited account, whose address is verified by that; returns its name.
     *
     * @throws AuthException as {@link #reset} does
     */
    public String accept(Secret token, Secret password, ClientContext client) {
        return links.counted(
                        client,
                        () -> set(MailKind.INVITATION, token, "password", password, contacts.verifyOwn(), client))
                .username();
    }

    private Account set(
            MailKind purpose,
            Secret token,
            String member,
            Secret password,
            AccountChange.Step further,
            ClientContext client) {
        LinkCheck.Link link = links.require(purpose, token);
        String id = link.account().id();
        policy.require(member, link.account().username(), password);
        history.requireFresh(member, link.account(), password);
        String hash = hasher.hash(password);
        store.endAll(id); // a store that is down fails before anything is changed
        Account changed = accounts.changeByProof(id, link.use().then(further), Optional.of(hash))
                .orElseThrow(Tickets::invalid);
        store.endAll(id); // including sessions opened with the old password meanwhile
        store.unlock(id);
        audit.record(AuditEntry.of(AuditEvent.PASSWORD_CHANGED, client)
                .user(id, changed.username())
                .detail("method", purpose == MailKind.INVITATION ? "invitation" : "mail"));
        return changed;
    }
}
