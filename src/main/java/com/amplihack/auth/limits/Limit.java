package com.amplihack.auth.limits;

import com.amplihack.auth.config.LimitSettings;
import com.amplihack.auth.config.type.Quota;
import java.util.function.Function;

/** Every rate limit: what it counts by, who counts, where its quota is set, and the title of its 429. */
public enum Limit {
    /** Sign-ins, whatever they are tried with. */
    LOGIN(Key.ADDRESS, Counter.STORE, LimitSettings::login, "Too many login attempts"),
    /** Refresh tokens of a session; those that come without its proof are counted apart. */
    REFRESH(Key.SESSION, Counter.SCRIPT, LimitSettings::refresh, "Too many requests"),
    /** Requests that an access token is admitted with. */
    API(Key.SUBJECT, Counter.SCRIPT, LimitSettings::api, "Too many requests"),
    /** The key set, under all its names. */
    JWKS(Key.ADDRESS, Counter.NODE, LimitSettings::jwks, "Too many requests");

    /** What one quota belongs to. */
    enum Key {
        /** The client's address; an IPv6 /64 is one. */
        ADDRESS,
        SESSION,
        SUBJECT
    }

    /** Who counts, and so what happens when the store does not answer. */
    enum Counter {
        /** The store, for all nodes: without it the request is refused with 503. */
        STORE,
        /** The store too, in the script and the round trip of the operation that is limited: 503 as well. */
        SCRIPT,
        /** Each node by itself: it costs no round trip, and goes on without the store. */
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
