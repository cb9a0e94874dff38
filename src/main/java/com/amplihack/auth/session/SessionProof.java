package com.amplihack.auth.session;

import com.amplihack.auth.token.SessionHandle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The session handles that a request presents, from {@code session_id} cookies and {@code Session-Handle} headers; a
 * wrong one must never be treated as absent.
 */
public record SessionProof(List<SessionHandle> handles) {
    public static final SessionProof NONE = new SessionProof(List.of());

    public SessionProof {
        handles = List.copyOf(handles);
    }

    /** Keeps the well-formed handles; others count as absent. */
    public static SessionProof of(List<String> values) {
        List<SessionHandle> handles = new ArrayList<>(values.size());
        for (String value : values) {
            if (SessionHandle.hasShape(value)) {
                handles.add(new SessionHandle(value));
            }
        }
        return new SessionProof(handles);
    }

    public boolean isAbsent() {
        return handles.isEmpty();
    }

    /** Ids of the sessions that the handles would belong to, alive or not. */
    public List<String> sids() {
        return handles.stream().map(SessionHandle::sid).toList();
    }

    /** The handle that belongs to the session, compared in constant time. */
    public Optional<SessionHandle> handleOf(String sid) {
        byte[] expected = sid.getBytes(StandardCharsets.US_ASCII);
        return handles.stream()
                .filter(handle -> MessageDigest.isEqual(expected, handle.sid().getBytes(StandardCharsets.US_ASCII)))
                .findFirst();
    }
}
