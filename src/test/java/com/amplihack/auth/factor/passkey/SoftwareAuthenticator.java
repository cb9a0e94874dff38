package com.amplihack.auth.factor.passkey;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Consumer;

/**
 * A browser with one authenticator that holds one passkey, written from the specification (WebAuthn Level 3, sections 5.8.1,
 * 6.1 and 6.5) and with nothing of the library that verifies it. {@link Answer} lets a test change each part.
 */
public final class SoftwareAuthenticator {
    /** Flags of the authenticator data (section 6.1). */
    public static final int PRESENT = 0x01;

    public static final int VERIFIED = 0x04;
    public static final int BACKUP_ELIGIBLE = 0x08;
    public static final int BACKED_UP = 0x10;
    private static final int ATTESTED = 0x40;

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys;
    private final int algorithm;
    private final String origin;
    private byte[] id = new byte[32];
    private String userHandle = "";
    private long counter;
    private int flags = PRESENT | VERIFIED;

    private SoftwareAuthenticator(KeyPair keys, int algorithm, String origin) {
        this.keys = keys;
        this.algorithm = algorithm;
        this.origin = origin;
        RANDOM.nextBytes(id);
    }

    /** The parts of one answer, as the authenticator would make them. */
    public static final class Answer {
        public String type;
        public String origin;
        public String challenge;
        public String rpId;
        public Boolean crossOrigin = false;
        public String topOrigin;
        public int flags;
        public long counter;
        public byte[] id;
        public String userHandle;
        public int algorithm;
        public byte[] signature;
    }

    public static SoftwareAuthenticator es256(String origin) {
        return new SoftwareAuthenticator(pair("EC", new ECGenParameterSpec("secp256r1")), -7, origin);
    }

    public static SoftwareAuthenticator ed25519(String origin) {
        return new SoftwareAuthenticator(pair("Ed25519", null), -8, origin);
    }

    public static SoftwareAuthenticator rs256(String origin, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return new SoftwareAuthenticator(generator.generateKeyPair(), -257, origin);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair pair(String kind, ECGenParameterSpec curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            if (curve != null) {
                generator.initialize(curve);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A passkey that a password manager keeps on several devices, and that does not count. */
    public SoftwareAuthenticator synced() {
        flags |= BACKUP_ELIGIBLE | BACKED_UP;
        counter = -1;
        return this;
    }

    /** Another authenticator with a copy of the key. */
    public SoftwareAuthenticator copy() {
        SoftwareAuthenticator copy = new SoftwareAuthenticator(keys, algorithm, origin);
        copy.id = id.clone();
        copy.userHandle = userHandle;
        copy.counter = counter;
        copy.flags = flags;
        return copy;
    }

    /** The credential id in base64url. */
    public String id() {
        return BASE64URL.encodeToString(id);
    }

    public byte[] rawId() {
        return id.clone();
    }

    public void flags(int others) {
        flags = others;
    }

    /** A {@code RegistrationResponseJSON}. */
    public JsonObject create(JsonObject options) {
        return create(options, answer -> {});
    }

    public JsonObject create(JsonObject options, Consumer<Answer> tampering) {
        JsonArray excluded = options.getJsonArray("excludeCredentials");
        if (excluded.stream().anyMatch(one -> one.asJsonObject().getString("id").equals(id()))) {
            throw new IllegalStateException("InvalidStateError: excluded");
        }
        userHandle = options.getJsonObject("user").getString("id");
        Answer answer =
                answer("webauthn.create", options, options.getJsonObject("rp").getString("id"));
        tampering.accept(answer);
        byte[] data = authenticatorData(answer, answer.flags | ATTESTED, attested(answer));
        byte[] object = joined(
                new byte[] {(byte) 0xA3},
                text("fmt"),
                text("none"),
                text("attStmt"),
                new byte[] {(byte) 0xA0},
                text("authData"),
                bytes(data));
        return credential(
                answer,
                Json.createObjectBuilder()
                        .add("clientDataJSON", BASE64URL.encodeToString(clientData(answer)))
                        .add("attestationObject", BASE64URL.encodeToString(object))
                        .add(
                                "transports",
                                Json.createArrayBuilder().add("internal").add("hybrid")));
    }

    /** An {@code AuthenticationResponseJSON}. */
    public JsonObject get(JsonObject options) {
        return get(options, answer -> {});
    }

    public JsonObject get(JsonObject options, Consumer<Answer> tampering) {
        if (counter >= 0) {
            counter++;
        }
        Answer answer = answer("webauthn.get", options, options.getString("rpId"));
        tampering.accept(answer);
        byte[] data = authenticatorData(answer, answer.flags, new byte[0]);
        byte[] clientData = clientData(answer);
        byte[] signature = answer.signature == null ? signature(joined(data, sha256(clientData))) : answer.signature;
        JsonObjectBuilder response = Json.createObjectBuilder()
                .add("clientDataJSON", BASE64URL.encodeToString(clientData))
                .add("authenticatorData", BASE64URL.encodeToString(data))
                .add("signature", BASE64URL.encodeToString(signature));
        if (answer.userHandle != null) {
            response.add("userHandle", answer.userHandle);
        }
        return credential(answer, response);
    }

    private Answer answer(String type, JsonObject options, String rpId) {
        Answer answer = new Answer();
        answer.type = type;
        answer.origin = origin;
        answer.challenge = options.getString("challenge");
        answer.rpId = rpId;
        answer.flags = flags;
        answer.counter = Math.max(0, counter);
        answer.id = id;
        answer.userHandle = userHandle;
        answer.algorithm = algorithm;
        return answer;
    }

    private static JsonObject credential(Answer answer, JsonObjectBuilder response) {
        String spelled = BASE64URL.encodeToString(answer.id);
        return Json.createObjectBuilder()
                .add("id", spelled)
                .add("rawId", spelled)
                .add("type", "public-key")
                .add("authenticatorAttachment", "platform")
                .add("clientExtensionResults", Json.createObjectBuilder())
                .add("response", response)
                .build();
    }

    private static byte[] clientData(Answer answer) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("type", answer.type)
                .add("challenge", answer.challenge)
                .add("origin", answer.origin)
                .add("crossOrigin", answer.crossOrigin);
        if (answer.topOrigin != null) {
            json.add("topOrigin", answer.topOrigin);
        }
        return json.build().toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] authenticatorData(Answer answer, int flags, byte[] more) {
        return joined(
                sha256(answer.rpId.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.allocate(5)
                        .put((byte) flags)
                        .putInt((int) answer.counter)
                        .array(),
                more);
    }

    /** Without a model; the key as a COSE_Key (RFC 9052, RFC 9053, RFC 8230). */
    private byte[] attested(Answer answer) {
        return joined(
                new byte[16],
                ByteBuffer.allocate(2).putShort((short) answer.id.length).array(),
                answer.id,
                coseKey(answer.algorithm));
    }

    private byte[] coseKey(int alg) {
        if (keys.getPublic() instanceof ECPublicKey ec) {
            return joined(
                    new byte[] {(byte) 0xA5, 1, 2, 3},
                    integer(alg),
                    new byte[] {0x20, 1, 0x21},
                    bytes(unsigned(ec.getW().getAffineX(), 32)),
                    new byte[] {0x22},
                    bytes(unsigned(ec.getW().getAffineY(), 32)));
        }
        if (keys.getPublic() instanceof RSAPublicKey rsa) {
            return joined(
                    new byte[] {(byte) 0xA4, 1, 3, 3},
                    integer(alg),
                    new byte[] {0x20},
                    bytes(unsigned(rsa.getModulus(), rsa.getModulus().bitLength() / 8)),
                    new byte[] {0x21},
                    bytes(unsigned(rsa.getPublicExponent(), 3)));
        }
        byte[] spki = ((EdECPublicKey) keys.getPublic()).getEncoded();
        return joined(
                new byte[] {(byte) 0xA4, 1, 1, 3},
                integer(alg),
                new byte[] {0x20, 6, 0x21},
                bytes(Arrays.copyOfRange(spki, spki.length - 32, spki.length)));
    }

    private byte[] signature(byte[] message) {
        String name =
                switch (algorithm) {
                    case -7 -> "SHA256withECDSA";
                    case -8 -> "Ed25519";
                    default -> "SHA256withRSA";
                };
        try {
            Signature signature = Signature.getInstance(name);
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A CBOR integer (RFC 8949 section 3.1). */
    private static byte[] integer(int value) {
        return value >= 0 ? head(0, value) : head(1, -1 - value);
    }

    private static byte[] bytes(byte[] value) {
        return joined(head(2, value.length), value);
    }

    private static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return joined(head(3, utf8.length), utf8);
    }

    private static byte[] head(int major, int value) {
        int type = major << 5;
        if (value < 24) {
            return new byte[] {(byte) (type | value)};
        }
        if (value < 256) {
            return new byte[] {(byte) (type | 24), (byte) value};
        }
        return new byte[] {(byte) (type | 25), (byte) (value >> 8), (byte) value};
    }

    private static byte[] unsigned(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[length];
        int from = Math.max(0, bytes.length - length);
        System.arraycopy(bytes, from, fixed, length - (bytes.length - from), bytes.length - from);
        return fixed;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (byte[] part : parts) {
                all.write(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }
}
