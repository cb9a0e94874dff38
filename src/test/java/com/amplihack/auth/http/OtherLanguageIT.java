package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.NodeProject.Result;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A stock JWT library of another language verifies our tokens; skipped, with a word, where Node.js is not installed. */
class OtherLanguageIT {
    @Test
    void joseForNodeVerifiesOurTokenAgainstTheKeySet() throws Exception {
        NodeProject verify = NodeProject.of("verify.mjs", "jose@6.2.18");
        Session session = Session.ofNewUser();
        String base = "http://localhost:" + SharedServer.get().port();

        Result genuine = verify.run("verify.mjs", Map.of(), base, session.accessToken);
        Result forged = verify.run(
                "verify.mjs", Map.of(), base, Forger.signedByAStranger(session.accessToken, UnaryOperator.identity()));

        assertEquals(0, genuine.status(), genuine.output());
        assertTrue(genuine.output().contains("verified " + session.username), genuine.output());
        assertNotEquals(0, forged.status(), "a forged token must not verify");
    }
}
