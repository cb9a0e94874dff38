package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.JsonBody;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a page got from the browser: a {@code RegistrationResponseJSON} or an {@code AuthenticationResponseJSON} (WebAuthn Level
 * 3, section 5.1.8), of which the members that nobody has signed are not believed. Unknown members are ignored.
 */
public final class Credential {
    private static final int MAX_ID_BYTES = 1023; // section 7.1, step 24
    private static final int MAX_TEXT = 60_000; // within the 64 KiB of a body
    private static final int MAX_CLIENT_DATA = 8_192;
    private static final int MAX_TRANSPORTS = 8;
    private static final int MAX_TRANSPORT_LENGTH = 16;
    private static final Pattern TRANSPORT = Pattern.compile("[a-z-]{1," + MAX_TRANSPORT_LENGTH + "}");
    private static final String TYPE = "public-key";

    private final byte[] id;
    private final JsonBody response;

    private Credential(byte[] id, JsonBody response) {
        this.id = id;
        this.response = response;
    }

    /**
     * Reads the common members.
     *
     * @param member of the body that holds the object
     * @throws AuthException {@code invalid_request}, which names the member
     */
    public static Credential read(JsonBody body, String member) {
        return of(body.object(member));
    }

    /** The same of the object itself. */
    static Credential of(JsonBody object) {
        if (!TYPE.equals(object.string("type", TYPE.length()))) {
            throw object.invalid("type", "must be " + TYPE);
        }
        byte[] id = bytes(object, "id", MAX_ID_BYTES * 4 / 3 + 1);
        return new Credential(id, object.object("response"));
    }

    /** The credential id in base64url. */
    String id() {
        return Base64Url.encode(id);
    }

    byte[] idBytes() {
        return id.clone();
    }

    /** The JSON over whose hash the authenticator has signed. */
    byte[] clientData() {
        return bytes(response, "clientDataJSON", MAX_CLIENT_DATA);
    }

    byte[] attestationObject() {
        return bytes(response, "attestationObject", MAX_TEXT);
    }

    byte[] authenticatorData() {
        return bytes(response, "authenticatorData", MAX_TEXT);
    }

    byte[] signature() {
        return bytes(response, "signature", MAX_CLIENT_DATA);
    }

    /** The user handle in base64url; empty if the authenticator did not say it. */
    Optional<String> userHandle() {
        return response.has("userHandle")
                ? Optional.of(Base64Url.encode(bytes(response, "userHandle", MAX_CLIENT_DATA)))
                : Optional.empty();
    }

    /** Hints for the browser, nothing more: those that look like one. */
    List<String> transports() {
        Set<String> said = response.has("transports")
                ? response.strings("transports", MAX_TRANSPORTS, MAX_TRANSPORT_LENGTH)
                : Set.of();
        return said.stream()
                .filter(transport -> TRANSPORT.matcher(transport).matches())
                .sorted()
                .toList();
    }

    private static byte[] bytes(JsonBody body, String member, int longest) {
        return Base64Url.decode(body.string(member, longest))
                .orElseThrow(() -> body.invalid(member, "must be base64url without padding"));
    }
}
