package com.amplihack.auth.session;

import com.amplihack.auth.token.SessionHandle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * What a request brings to prove its session: every {@code session_id} cookie and {@code Session-Handle} header of our
 * shape. A proof that is there but wrong is never "no proof".
 */
public record SessionProof(List<SessionHandle> handles) {
    public static final SessionProof NONE = new SessionProof(List.of());

    public SessionProof {
        handles = List.copyOf(handles);
    }

    /** Keeps what has our shape; the rest counts as absent. */
    public static SessionProof of(List<String> values) {
        return new SessionProof(values.stream()
                .filter(SessionHandle::hasShape)
                .map(SessionHandle::new)
                .toList());
    }

    public boolean isAbsent() {
        return handles.isEmpty();
    }

    /** The handle that belongs to the session, compared in constant time. */
    public Optional<SessionHandle> handleOf(String sid) {
        byte[] expected = sid.getBytes(StandardCharsets.US_ASCII);
        return handles.stream()
                .filter(handle -> MessageDigest.isEqual(expected, handle.sid().getBytes(StandardCharsets.US_ASCII)))
                .findFirst();
    }
}
