package com.amplihack.auth.session;

import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObjectBuilder;

/** A session as JSON for its owner and for administrators, without secrets. */
public final class SessionJson {
    private SessionJson() {}

    public static JsonObjectBuilder of(SessionRecord session) {
        return StrictJson.provider()
                .createObjectBuilder()
                .add("session_id", session.sid())
                .add("device", session.device())
                .add("ip_address", session.address())
                .add("created_at", session.createdAt().toString())
                .add("last_seen_at", session.lastSeenAt().toString());
    }
}
