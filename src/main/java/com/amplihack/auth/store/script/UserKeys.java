package com.amplihack.auth.store.script;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * The names of a user's keys. They carry one hash tag, so that they lie in one slot of a cluster: the 16 bytes of
 * the user's id in base64url, since there are two keys for each session.
 */
public record UserKeys(String user) {
    private static final Base64.Encoder TAG = Base64.getUrlEncoder().withoutPadding();

    /**
     * The keys of that user.
     *
     * @param subject a UUID, as the id of every account is
     */
    public static UserKeys of(String subject) {
        UUID id = UUID.fromString(subject);
        byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return new UserKeys(ScriptedStore.PREFIX + "{" + TAG.encodeToString(bytes) + "}");
    }

    /** What the key of each session begins with; the rest is its {@code sid}. */
    public String sessions() {
        return user + ":s:";
    }

    public String session(String sid) {
        return sessions() + sid;
    }

    /** Of those who prove the session, or of those who do not. */
    public String refreshes(String sid, boolean proven) {
        return session(sid) + (proven ? ":refresh" : ":unproven");
    }

    public String epoch() {
        return user + ":epoch";
    }

    public String index() {
        return user + ":index";
    }

    /** Session, epoch and index: what a script needs that opens, rotates or ends a session. */
    public List<String> around(String sid) {
        return List.of(session(sid), epoch(), index());
    }

    public String used(String jti) {
        return user + ":jti:" + jti;
    }

    public String api() {
        return user + ":api";
    }

    public String lock() {
        return user + ":lock";
    }

    /** Of strangers, or of the device of that nonce. */
    public String failures(String device) {
        return user + ":failures" + (device.isEmpty() ? "" : ":" + device);
    }

    /** Whether that is the key of a session's record; a quota of a session has its name and one more part. */
    public static boolean isSession(String key) {
        int sid = key.indexOf("}:s:") + 4;
        return key.startsWith(ScriptedStore.PREFIX) && sid >= 4 && key.indexOf(':', sid) < 0;
    }
}
