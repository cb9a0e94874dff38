package com.amplihack.auth.store.script;

import java.util.Locale;
import java.util.Optional;

/**
 * The operations of the store, and what each caller gets when Redis cannot answer. A test compares this list with the
 * table in docs/outage-policy.md.
 */
public enum StoreOperation {
    ADMIT("admit", "a request with an access token", Outage.REFUSE, Replicas.NONE),
    LOOK_FOR_REFRESH("look_for_refresh", "refresh: what the token meets", Outage.REFUSE, Replicas.NONE),
    ROTATE("rotate", "refresh: the successor", Outage.REFUSE, Replicas.ONE),
    ANSWER("answer", "refresh: an answer that rotates nothing", Outage.REFUSE, Replicas.NONE),
    TAKE("take", "sign-in: the quota of the address", Outage.REFUSE, Replicas.NONE),
    BEGIN_LOGIN("begin_login", "sign-in, before the password is looked at", Outage.REFUSE, Replicas.NONE),
    FAIL_LOGIN("fail_login", "sign-in, refused", Outage.REFUSE, Replicas.NONE),
    GIVE_BACK_LOGIN("give_back_login", "sign-in, the password was right", Outage.REFUSE, Replicas.NONE),
    EPOCH("epoch", "password change, before the new session", Outage.REFUSE, Replicas.NONE),
    OPEN("open", "sign-in: the session", Outage.REFUSE, Replicas.NONE),
    END("end", "sign-out; the end of one session; theft of a refresh token", Outage.REFUSE, Replicas.ONE),
    END_ALL(
            "end_all",
            "sign-out everywhere; password change; account disabled or deleted",
            Outage.REFUSE,
            Replicas.ONE),
    END_EVERYBODY("end_everybody", "the panic button", Outage.REFUSE, Replicas.ONE),
    KILL_KEYS("write_back", "a compromised signing key", Outage.LATER, Replicas.ONE),
    CHANGE_RIGHTS("change_rights", "a change of roles or permissions", Outage.REFUSE, Replicas.ONE),
    SESSIONS("sessions", "the list of a user's sessions", Outage.REFUSE, Replicas.NONE),
    LOCKED_UNTIL("locked_until", "administration: an account's lock", Outage.REFUSE, Replicas.NONE),
    UNLOCK("unlock", "administration: lifting a lock", Outage.REFUSE, Replicas.NONE),
    WIDE(
            "wide",
            "what is store-wide, every half second by whichever request comes first",
            Outage.REFUSE,
            Replicas.NONE),
    WRITE_BACK("write_back", "what a node knows and the store has lost of it", Outage.REFUSE, Replicas.NONE),
    PING("", "readiness", Outage.REFUSE, Replicas.NONE),
    COUNT("", "the gauge of live sessions, at most every ten seconds", Outage.DEGRADE, Replicas.NONE);

    /** What happens to the request when Redis does not answer, or answers with an error. */
    public enum Outage {
        /** 503 {@code store_unavailable} with {@code Retry-After}: nobody is admitted, nobody is signed out. */
        REFUSE,
        /** The request is answered without the result of this operation. */
        DEGRADE,
        /** The change takes effect without Redis, and is written there within a minute after it answers again. */
        LATER
    }

    /** How many replicas must have received the write before it is confirmed, if any replica is connected. */
    public enum Replicas {
        NONE,
        ONE
    }

    @SuppressWarnings("ImmutableEnumChecker") // a script is two strings
    private final Optional<LuaScript> script;

    private final String askedBy;
    private final Outage outage;
    private final Replicas replicas;

    /**
     * Declares an operation.
     *
     * @param script name of the script in {@code /lua}, or the empty string for a plain command
     * @param askedBy who uses the operation, for the documentation
     */
    StoreOperation(String script, String askedBy, Outage outage, Replicas replicas) {
        this.script = script.isEmpty() ? Optional.empty() : Optional.of(new LuaScript(script));
        this.askedBy = askedBy;
        this.outage = outage;
        this.replicas = replicas;
    }

    /** Its name in metrics and logs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public LuaScript script() {
        return script.orElseThrow();
    }

    public String askedBy() {
        return askedBy;
    }

    public Outage outage() {
        return outage;
    }

    public Replicas replicas() {
        return replicas;
    }
}
