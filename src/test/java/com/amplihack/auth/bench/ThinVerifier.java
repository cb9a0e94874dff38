package com.amplihack.auth.bench;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.util.Date;
import org.glassfish.grizzly.http.server.HttpHandler;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.server.Response;

/**
 * The least that a verifying server does, on the HTTP connector that Payara has: {@code /verify} checks signature,
 * issuer and expiry of a bearer token. Other paths answer a fixed text to everybody, as an upstream would.
 */
public final class ThinVerifier {
    private static final byte[] TEXT = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello.\"}}]}"
            .getBytes(StandardCharsets.UTF_8);

    private ThinVerifier() {}

    /** @param arguments the port, the issuer, and the public key as JWK */
    public static void main(String[] arguments) throws Exception {
        RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA", AmazonCorrettoCryptoProvider.INSTANCE)
                .translateKey(RSAKey.parse(arguments[2]).toRSAPublicKey());
        RSASSAVerifier verifier = new RSASSAVerifier(key);
        verifier.getJCAContext().setProvider(AmazonCorrettoCryptoProvider.INSTANCE);
        HttpServer server = HttpServer.createSimpleServer(null, "127.0.0.1", Integer.parseInt(arguments[0]));
        server.getServerConfiguration().addHttpHandler(new Verify(verifier, arguments[1]), "/verify");
        server.getServerConfiguration().addHttpHandler(new Fixed(), "/");
        server.start();
        Thread.currentThread().join();
    }

    private static final class Verify extends HttpHandler {
        private final RSASSAVerifier verifier;
        private final String issuer;

        Verify(RSASSAVerifier verifier, String issuer) {
            this.verifier = verifier;
            this.issuer = issuer;
        }

        @Override
        public void service(Request request, Response response) throws Exception {
            SignedJWT token = SignedJWT.parse(request.getHeader("Authorization").substring("Bearer ".length()));
            JWTClaimsSet claims = token.getJWTClaimsSet();
            boolean good = token.getHeader().getAlgorithm().equals(JWSAlgorithm.RS256)
                    && token.verify(verifier)
                    && issuer.equals(claims.getIssuer())
                    && claims.getExpirationTime().after(new Date());
            response.setStatus(good ? 200 : 401);
            response.setContentLength(0);
        }
    }

    private static final class Fixed extends HttpHandler {
        @Override
        public void service(Request request, Response response) throws Exception {
            response.setContentType("application/json");
            response.setContentLength(TEXT.length);
            response.getOutputStream().write(TEXT);
        }
    }
}
