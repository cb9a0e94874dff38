package com.amplihack.auth.store.script;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * The names of a user's keys. They have the same hash tag, so that they lie in one slot of a cluster: the user's id in
 * base64url, which is shorter than the UUID's text and is stored for every session.
 */
public record UserKeys(String user) {
    private static final Base64.Encoder TAG = Base64.getUrlEncoder().withoutPadding();

    /**
     * Returns the names for a user.
     *
     * @param subject the account's id, a UUID
     */
    public static UserKeys of(String subject) {
        UUID id = UUID.fromString(subject);
        byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return new UserKeys(ScriptedStore.PREFIX + "{" + TAG.encodeToString(bytes) + "}");
    }

    /** The prefix of the user's session keys; the {@code sid} follows. */
    public String sessions() {
        return user + ":s:";
    }

    public String session(String sid) {
        return sessions() + sid;
    }

    /** The refresh quota of requests that prove the session, or of those that do not. */
    public String refreshes(String sid, boolean proven) {
        return session(sid) + (proven ? ":refresh" : ":unproven");
    }

    public String epoch() {
        return user + ":epoch";
    }

    public String index() {
        return user + ":index";
    }

    /** Session, epoch and index: the keys of scripts that open, rotate or end a session. */
    public List<String> around(String sid) {
        return List.of(session(sid), epoch(), index());
    }

    public String used(String jti) {
        return user + ":jti:" + jti;
    }

    public String api() {
        return user + ":api";
    }

    /** The copy of what the database grants an API key. */
    public String apiKey(String keyId) {
        return user + ":k:" + keyId;
    }

    /** The quota of an API key. */
    public String apiKeyQuota(String keyId) {
        return apiKey(keyId) + ":api";
    }

    /** When the user's API keys were last used. */
    public String apiKeyUses() {
        return user + ":used";
    }

    /** The prefix of the keys of budgets.lua. */
    public String budgets() {
        return user + ":b:";
    }

    public String reservation(String id) {
        return budgets() + "r:" + id;
    }

    /** Which usage the database may not have. */
    public String unsavedUsage() {
        return budgets() + "due";
    }

    /** A sign-in whose second factor is to come. */
    public String pending(String id) {
        return user + ":p:" + id;
    }

    public String lock() {
        return user + ":lock";
    }

    /**
     * The login attempts of an account.
     *
     * @param device nonce of a known device, or the empty string for strangers
     */
    public String failures(String device) {
        return user + ":failures" + (device.isEmpty() ? "" : ":" + device);
    }

    /** The last failed sign-ins of an account. */
    public String failedLogins() {
        return user + ":failed";
    }

    /** The mark of a passkey's challenge that has been answered. */
    public String challenge(String challenge) {
        return user + ":challenge:" + challenge;
    }

    /** Whether a key is that of a session record; the keys of a session's quotas have one more part. */
    public static boolean isSession(String key) {
        int sid = key.indexOf("}:s:") + 4;
        return key.startsWith(ScriptedStore.PREFIX) && sid >= 4 && key.indexOf(':', sid) < 0;
    }
}
