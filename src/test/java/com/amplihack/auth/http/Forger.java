package com.amplihack.auth.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.text.ParseException;
import java.util.Base64;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens that the service would never issue: from a real one, with other claims, another header or key. */
public final class Forger {
    private Forger() {}

    /** Signs changed claims with the server's own key: what only an insider could do. */
    public static String signedByTheServer(String genuine, UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(genuine, change, serverKey());
    }

    /** The same for a server of its own. */
    public static String signedBy(Path home, String genuine, UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(genuine, change, serverKey(home));
    }

    /** Signs changed claims with a key that nobody knows, under the server's {@code kid}. */
    public static String signedByAStranger(String genuine, UnaryOperator<JWTClaimsSet.Builder> change) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return sign(genuine, change, generator.generateKeyPair().getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String base64url(String text) {
        return base64url(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A part of a token, decoded: 0 is the header, 1 are the claims. */
    public static String text(String token, int part) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.")[part]), StandardCharsets.UTF_8);
    }

    /** Whatever text as header and claims, signed as RS256 by the server's own key. */
    public static String signedByTheServer(String header, String claims) {
        return signed("SHA256withRSA", serverKey(), header, claims);
    }

    /** Signed with that algorithm of the JDK, as a JWS has it for RSA. */
    public static String signed(String algorithm, PrivateKey key, String header, String claims) {
        String input = base64url(header) + '.' + base64url(claims);
        try {
            Signature signature = Signature.getInstance(algorithm);
            if (algorithm.equals("RSASSA-PSS")) {
                signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + '.' + base64url(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signed with HMAC under that secret. */
    public static String hmac(String algorithm, byte[] secret, String header, String claims) {
        String input = base64url(header) + '.' + base64url(claims);
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            return input + '.' + base64url(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(String genuine, UnaryOperator<JWTClaimsSet.Builder> change, PrivateKey key) {
        try {
            SignedJWT parsed = SignedJWT.parse(genuine);
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(parsed.getHeader().getType())
                    .keyID(parsed.getHeader().getKeyID())
                    .build();
            JWTClaimsSet claims = change.apply(new JWTClaimsSet.Builder(parsed.getJWTClaimsSet()))
                    .build();
            SignedJWT forged = new SignedJWT(header, claims);
            JWSSigner signer = new RSASSASigner(key);
            forged.sign(signer);
            return forged.serialize();
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public static PrivateKey serverKey() {
        return serverKey(SharedServer.get().home());
    }

    private static PrivateKey serverKey(Path home) {
        try {
            Path file = home.resolve("keys").resolve("jwt_private.pem");
            String pem =
                    Files.readString(file).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
