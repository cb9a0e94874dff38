package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Forger;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that bring a key, say where one is, ask for another reading, or contradict themselves: RFC 8725 section 3. */
class HeaderAttackIT {
    private static final String EVENT = "TOKEN_INVALID";

    private final Victim victim = new Victim();

    @AfterEach
    void theGenuineTokenIsUnharmed() {
        victim.assertUnharmed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeyThatTheTokenBringsAlong(boolean underOurKid) throws Exception {
        KeyPair pair = strangersKeys();
        String jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                .keyID("mine")
                .build()
                .toJSONString();
        String header = victim.header().replaceFirst("\\{", "{\"jwk\":" + jwk.replace("\\", "") + ",");
        if (!underOurKid) {
            header = header.replaceFirst(",\"kid\":\"[^\"]+\"(?=[^}]*}$)", ",\"kid\":\"mine\"");
        }
        victim.assertRefused(Forger.signed("SHA256withRSA", pair.getPrivate(), header, victim.claims()), EVENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jku", "x5u"})
    void anAddressThatTheTokenNamesIsNotAskedFor(String name) throws Exception {
        KeyPair pair = strangersKeys();
        AtomicInteger asked = new AtomicInteger();
        HttpServer attacker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] set = ("{\"keys\":[" + new RSAKey.Builder((RSAPublicKey) pair.getPublic()).build() + "]}")
                .getBytes(StandardCharsets.UTF_8);
        attacker.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(200, set.length);
            exchange.getResponseBody().write(set);
            exchange.close();
        });
        attacker.start();
        try {
            String url = "http://127.0.0.1:" + attacker.getAddress().getPort() + "/keys";
            victim.assertRefused(
                    Forger.signed(
                            "SHA256withRSA", pair.getPrivate(), headerWith(name, '"' + url + '"'), victim.claims()),
                    EVENT);
        } finally {
            attacker.stop(0);
        }
        assertEquals(0, asked.get());
    }

    /** Signed by our own key, so that the header alone is wrong. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"crit\":[]",
                "\"crit\":[\"exp\"]",
                "\"crit\":[\"b64\"],\"b64\":false",
                "\"b64\":false",
                "\"zip\":\"DEF\"",
                "\"x5c\":[\"MIIB\"]",
                "\"x5t#S256\":\"AAAA\"",
                "\"cty\":\"JWT\"",
                "\"enc\":\"A256GCM\"",
                "\"anything\":1"
            })
    void aParameterThatNobodyAskedFor(String parameter) {
        String header = victim.header().replaceFirst("\\{", "{" + parameter + ",");
        victim.assertRefused(Forger.signedByTheServer(header, victim.claims()), EVENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"unknown\"",
                "\"../../../../dev/null\"",
                "\"' or '1'='1\"",
                "\"jwt_private.pem\"",
                "1",
                "null",
                "[]"
            })
    void aKidThatIsNone(String kid) {
        String header = victim.header().replaceFirst("\"kid\":\"[^\"]+\"", "\"kid\":" + kid);
        victim.assertRefused(Forger.signedByTheServer(header, victim.claims()), EVENT);
    }

    @Test
    void withoutKidOrType() {
        for (String name : new String[] {"kid", "typ"}) {
            String header = victim.header()
                    .replaceFirst("\"" + name + "\":\"[^\"]+\",?", "")
                    .replace(",}", "}");
            victim.assertRefused(Forger.signedByTheServer(header, victim.claims()), EVENT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"jwt\"", "\"at+jwt\"", "\"JOSE\"", "\"JWT \"", "\"\"", "1", "[\"JWT\"]"})
    void anotherType(String type) {
        String header = victim.header().replace("\"JWT\"", type);
        victim.assertRefused(Forger.signedByTheServer(header, victim.claims()), EVENT);
    }

    @Test
    void aParameterThatStandsTwice() {
        for (String twice : new String[] {"\"typ\":\"JWT\"", "\"kid\":\"other\"", "\"t\\u0079p\":\"JWT\""}) {
            String header = victim.header().replaceFirst("\\{", "{" + twice.replace("\\", "\\\\") + ",");
            victim.assertRefused(Forger.signedByTheServer(header, victim.claims()), EVENT);
        }
    }

    private String headerWith(String name, String json) {
        return victim.header().replaceFirst("\\{", "{\"" + name + "\":" + json + ",");
    }

    private static KeyPair strangersKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }
}
