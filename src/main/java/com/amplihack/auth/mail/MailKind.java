package com.amplihack.auth.mail;

import java.util.Locale;
import java.util.Optional;

/** What a mail says; each has its texts in the message bundles. */
public enum MailKind {
    PASSWORD_RESET("reset"),
    EMAIL_VERIFICATION("verify"),
    INVITATION("invitation"),

    NEW_DEVICE,
    PASSWORD_CHANGED,
    /** To the address that the account had before. */
    EMAIL_CHANGED,
    ACCOUNT_DELETED,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    PASSKEY_ADDED,
    PASSKEY_REMOVED,
    API_KEY_CREATED,
    API_KEY_EXPIRING,
    BUDGET_WARNING,
    BUDGET_EXHAUSTED;

    private final Optional<String> link;

    MailKind() {
        link = Optional.empty();
    }

    MailKind(String link) {
        this.link = Optional.of(link);
    }

    /**
     * The parameter of the link's fragment that holds a token for one use, as in {@code /link.html#reset=…}; empty for a
     * notice, which has no link.
     */
    public Optional<String> link() {
        return link;
    }

    /** The name in keys of the message bundles and in metrics. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
