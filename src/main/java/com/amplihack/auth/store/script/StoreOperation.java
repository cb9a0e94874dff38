package com.amplihack.auth.store.script;

import java.util.Locale;
import java.util.Optional;

/**
 * The operations of the store, and what each caller gets when Redis cannot answer. A test compares this list with the
 * table in docs/outage-policy.md.
 */
public enum StoreOperation {
    ADMIT("admit", "a request with an access token", Outage.REFUSE, Replicas.NONE),
    ADMIT_KEY("admit_key", "a request with an API key", Outage.REFUSE, Replicas.NONE),
    FILL_KEY("fill_key", "a request with an API key whose copy is missing", Outage.REFUSE, Replicas.NONE),
    LOOK_FOR_REFRESH("look_for_refresh", "refresh: what the token meets", Outage.REFUSE, Replicas.NONE),
    ROTATE("rotate", "refresh: the successor", Outage.REFUSE, Replicas.ONE),
    ANSWER("answer", "refresh: an answer that rotates nothing", Outage.REFUSE, Replicas.NONE),
    RESERVE(
            "reserve",
            "sign-in: the quota of the address; a forgotten password; another email address",
            Outage.REFUSE,
            Replicas.NONE),
    ALIVE("alive", "sign-in with the proof of a session; what wants a recent sign-in", Outage.REFUSE, Replicas.NONE),
    BEGIN_LOGIN("begin_login", "sign-in, before the password is looked at", Outage.REFUSE, Replicas.NONE),
    FAIL_LOGIN("fail_login", "sign-in, refused", Outage.REFUSE, Replicas.NONE),
    GIVE_BACK_LOGIN("give_back_login", "sign-in, the password was right", Outage.REFUSE, Replicas.NONE),
    BEGIN_SECOND_STEP("begin_second_step", "sign-in, the second factor is to come", Outage.REFUSE, Replicas.NONE),
    TRY_SECOND_STEP("try_second_step", "sign-in, before the second factor is looked at", Outage.REFUSE, Replicas.NONE),
    FINISH_SECOND_STEP("finish_second_step", "sign-in, the second factor was right", Outage.REFUSE, Replicas.NONE),
    SETTLE("settle", "sign-in: what it takes from the quota", Outage.REFUSE, Replicas.NONE),
    NOTE_FAILURE("note_failure", "sign-in, refused: the list of failures", Outage.REFUSE, Replicas.NONE),
    REDEEM("redeem", "a passkey's answer: its challenge is used up", Outage.REFUSE, Replicas.NONE),
    EPOCH("epoch", "password change, before the new session", Outage.REFUSE, Replicas.NONE),
    OPEN("open", "sign-in: the session", Outage.REFUSE, Replicas.NONE),
    RENEW("renew", "another sign-in within a session", Outage.REFUSE, Replicas.NONE),
    END("end", "sign-out; the end of one session; theft of a refresh token", Outage.REFUSE, Replicas.ONE),
    END_ALL(
            "end_all",
            "sign-out everywhere; password change; account disabled or deleted",
            Outage.REFUSE,
            Replicas.ONE),
    END_EVERYBODY("end_everybody", "the panic button", Outage.REFUSE, Replicas.ONE),
    KILL_KEYS("write_back", "a compromised signing key", Outage.LATER, Replicas.ONE),
    CHANGE_RIGHTS("change_rights", "a change of roles or permissions", Outage.REFUSE, Replicas.ONE),
    KILL_KEY("kill_key", "the revocation of an API key", Outage.REFUSE, Replicas.ONE),
    CHANGE_LIMITS("change_rights", "a change of an API key or a budget", Outage.REFUSE, Replicas.ONE),
    KEY_USES("key_uses", "the list of a user's API keys", Outage.REFUSE, Replicas.NONE),
    SESSIONS("sessions", "the list of a user's sessions", Outage.REFUSE, Replicas.NONE),
    LOCKED_UNTIL("locked_until", "administration: an account's lock", Outage.REFUSE, Replicas.NONE),
    FAILURES("failures", "administration: failed sign-ins", Outage.REFUSE, Replicas.NONE),
    LIFT("lift", "administration: lifting the limit of an address", Outage.REFUSE, Replicas.NONE),
    UNLOCK("unlock", "administration: lifting a lock", Outage.REFUSE, Replicas.NONE),
    SETTLE_BUDGET("settle_budget", "a proxied call: what it really used", Outage.LATER, Replicas.NONE),
    EXTEND_BUDGET("extend_budget", "a proxied call that takes long", Outage.DEGRADE, Replicas.NONE),
    SEED_BUDGETS(
            "seed_budgets",
            "a budget of which the store knows nothing: what the database has",
            Outage.REFUSE,
            Replicas.NONE),
    RECOUNT_BUDGETS("recount_budgets", "administration: a budget was set or removed", Outage.REFUSE, Replicas.NONE),
    COUNT_FOR("count_for", "a proxied call, once in half an hour", Outage.REFUSE, Replicas.NONE),
    UNSAVED_USAGE("unsaved_usage", "usage on its way to the database", Outage.LATER, Replicas.NONE),
    USAGE_SAVED("usage_saved", "usage that the database has", Outage.LATER, Replicas.NONE),
    FORGOTTEN_USERS("forgotten_users", "usage that a dead node counted", Outage.LATER, Replicas.NONE),
    FORGET_USER("forget_user", "usage that a dead node counted, once it is saved", Outage.LATER, Replicas.NONE),
    WIDE(
            "wide",
            "what is store-wide, every half second by whichever request comes first",
            Outage.REFUSE,
            Replicas.NONE),
    WRITE_BACK("write_back", "what a node knows and the store has lost of it", Outage.REFUSE, Replicas.NONE),
    BEAT("beat", "the list of nodes, every ten seconds by each node", Outage.DEGRADE, Replicas.NONE),
    ANCHOR("anchor", "the head of a node's audit chain, and its verification", Outage.LATER, Replicas.NONE),
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
