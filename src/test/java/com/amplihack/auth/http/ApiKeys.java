package com.amplihack.auth.http;

import com.amplihack.auth.http.Client.Answer;

/** Makes API keys for tests. */
final class ApiKeys {
    private ApiKeys() {}

    /** A new key with all rights of whoever is signed in. */
    static String of(Session session) {
        return of(session, "{\"name\":\"test\"}");
    }

    /** A new key as that body asks for it. */
    static String of(Session session, String body) {
        Answer made =
                session.with(session.client.post("/auth/api-keys")).json(body).send();
        if (made.status() != 201) {
            throw new AssertionError("making a key: " + made);
        }
        return made.json().getString("key");
    }
}
