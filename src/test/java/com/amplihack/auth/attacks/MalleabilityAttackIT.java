package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Forger;
import com.amplihack.auth.http.Session;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other spellings of a token that was used: if one of them passes, a bare token is good twice. */
class MalleabilityAttackIT {
    /** The marks of the spelling, and what is done to the genuine token. */
    private static String respelled(String how, String token) {
        String[] parts = token.split("\\.");
        return switch (how) {
            case "padded signature" -> token + "=";
            case "padded twice" -> token + "==";
            case "padded header" -> parts[0] + "=." + parts[1] + '.' + parts[2];
            case "a dot more" -> token + ".";
            case "a part more" -> token + ".AA";
            case "blank within" -> parts[0] + ". " + parts[1] + '.' + parts[2];
            case "blank in a part" ->
                parts[0] + '.' + parts[1].substring(0, 9) + ' ' + parts[1].substring(9) + '.' + parts[2];
            case "tab within" -> parts[0] + ".\t" + parts[1] + '.' + parts[2];
            case "star within" -> parts[0] + '.' + parts[1] + ".*" + parts[2];
            case "standard alphabet" -> token.replace('-', '+').replace('_', '/');
            case "unused bits" -> parts[0] + '.' + parts[1] + '.' + withUnusedBits(parts[2]);
            case "header anew" -> Forger.base64url(Forger.text(token, 0) + ' ') + '.' + parts[1] + '.' + parts[2];
            case "claims anew" -> parts[0] + '.' + Forger.base64url(Forger.text(token, 1) + ' ') + '.' + parts[2];
            case "quoted" -> '"' + token + '"';
            case "two schemes" -> "Bearer " + token;
            case "list" -> token + ", Bearer " + token;
            default -> throw new IllegalArgumentException(how);
        };
    }

    /** The last character of a part holds bits that no byte needs; all of them mean the same signature. */
    private static String withUnusedBits(String part) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = part.length() - 1;
        return part.substring(0, last) + alphabet.charAt(alphabet.indexOf(part.charAt(last)) + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "padded signature",
                "padded twice",
                "padded header",
                "a dot more",
                "a part more",
                "blank within",
                "blank in a part",
                "tab within",
                "star within",
                "standard alphabet",
                "unused bits",
                "header anew",
                "claims anew",
                "quoted",
                "two schemes",
                "list"
            })
    void anotherSpellingOfAUsedTokenIsNoOtherToken(String how) {
        Session session = Session.ofNewUser();
        String respelled = respelled(how, session.accessToken);
        assertEquals(
                401, session.client.get("/api/user").bearer(respelled).send().status());
        assertEquals(200, session.bareUser().status(), "the refused spelling burns nothing");
        Answer answer = session.client.get("/api/user").bearer(respelled).send();
        assertEquals(401, answer.status(), answer::body);
    }

    @Test
    @Tag("fault-39")
    void spacesAroundATokenAreTheSameToken() {
        Session session = Session.ofNewUser();
        for (String value : List.of(
                "Bearer  " + session.accessToken,
                "BEARER " + session.accessToken + " ",
                "bearer \t" + session.accessToken)) {
            Answer answer = session.client
                    .get("/api/user")
                    .header("Authorization", value)
                    .send();
            session.accessToken = value.strip().substring("bearer".length()).strip();
            assertTrue(List.of(200, 401).contains(answer.status()), value);
        }
        assertEquals("token_replayed", session.bareUser().error(), "one of them was the one bare use");
    }
}
