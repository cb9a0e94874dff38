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
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.ParseException;
import java.util.Base64;
import java.util.function.UnaryOperator;

/** Makes tokens that the service would never issue: from a real one, with other claims, another header or key. */
final class Forger {
    private Forger() {}

    /** Signs changed claims with the server's own key: what only an insider could do. */
    static String signedByTheServer(String genuine, UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(genuine, change, serverKey());
    }

    /** Signs changed claims with a key that nobody knows, under the server's {@code kid}. */
    static String signedByAStranger(String genuine, UnaryOperator<JWTClaimsSet.Builder> change) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return sign(genuine, change, generator.generateKeyPair().getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64url(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
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

    private static PrivateKey serverKey() {
        try {
            Path file = SharedServer.get().home().resolve("keys").resolve("jwt_private.pem");
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
