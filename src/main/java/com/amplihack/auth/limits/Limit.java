package com.amplihack.auth.limits;

import com.amplihack.auth.config.LimitSettings;
import com.amplihack.auth.config.type.Quota;
import java.util.function.Function;

/** The rate limits: key, counter, quota and title of the 429. */
public enum Limit {
    /** Failed logins by any method; those of a device or session that belongs to the account count separately. */
    LOGIN(Key.ADDRESS, Counter.STORE, LimitSettings::login, "Too many login attempts"),
    /** Refreshes of a session; those without session proof count separately. */
    REFRESH(Key.SESSION, Counter.SCRIPT, LimitSettings::refresh, "Too many requests"),
    /** Wrong second factors of an account, over all of its sign-ins. */
    MFA(Key.SUBJECT, Counter.STORE, LimitSettings::secondFactor, "Too many wrong codes"),
    /** Requests with an access token. */
    API(Key.SUBJECT, Counter.SCRIPT, LimitSettings::api, "Too many requests"),
    /** Requests with an API key. */
    APIKEY(Key.API_KEY, Counter.SCRIPT, LimitSettings::apiKey, "Too many requests"),
    /** Well-formed API keys that there never were, each of which costs a reading of the database. */
    APIKEY_UNKNOWN(Key.ADDRESS, Counter.NODE, settings -> LimitSettings.UNKNOWN_KEYS, "Too many unknown API keys"),
    /** Challenges for passkeys, which anybody may ask for. */
    PASSKEY(Key.ADDRESS, Counter.NODE, settings -> LimitSettings.PASSKEY_CHALLENGES, "Too many requests"),
    /** Refused uses of links: tokens that there never were or that are over, and passwords that are too weak. */
    LINK(Key.ADDRESS, Counter.NODE, settings -> LimitSettings.REFUSED_LINKS, "Too many requests"),
    /** Requests for a forgotten password, whatever the name. */
    FORGOT(Key.ADDRESS, Counter.SHARED, LimitSettings::forgot, "Too many requests"),
    /** The same of everybody together. */
    FORGOT_TOTAL(Key.ALL, Counter.SHARED, LimitSettings::forgotTotal, "Too many requests"),
    /** Mails about a forgotten password; nobody is told that there are no more. */
    FORGOT_ACCOUNT(Key.SUBJECT, Counter.SHARED, LimitSettings::forgotAccount, "Too many requests"),
    /** Mails that verify a new address. */
    EMAIL_CHANGE(Key.SUBJECT, Counter.SHARED, LimitSettings::emailChange, "Too many requests"),
    /** Requests for the JWKS, under any path. */
    JWKS(Key.ADDRESS, Counter.NODE, LimitSettings::jwks, "Too many requests");

    /** What a limit counts by. */
    enum Key {
        /** The client's IPv4 address or IPv6 /64. */
        ADDRESS,
        SESSION,
        API_KEY,
        SUBJECT,
        /** Nothing: everybody shares it. */
        ALL
    }

    /** Where a limit is counted, and so what happens while the store is down. */
    enum Counter {
        /** In the store, across all nodes: reserved before, given back unless it fails; 503 while it is down. */
        STORE,
        /**
         * In the store, by the script of the limited operation, without a round trip of its own; 503 while it is down.
         */
        SCRIPT,
        /** In the store, across all nodes, by a round trip of its own; 503 while it is down. */
        SHARED,
        /** On each node, without a round trip; works while the store is down. */
        NODE
    }

    private final Key key;
    private final Counter counter;

    @SuppressWarnings("ImmutableEnumChecker") // a method reference
    private final Function<LimitSettings, Quota> setting;

    private final String title;

    Limit(Key key, Counter counter, Function<LimitSettings, Quota> setting, String title) {
        this.key = key;
        this.counter = counter;
        this.setting = setting;
        this.title = title;
    }

    Key key() {
        return key;
    }

    Counter counter() {
        return counter;
    }

    Quota quota(LimitSettings settings) {
        return setting.apply(settings);
    }

    String title() {
        return title;
    }
}
