package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Forger;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims that no token of ours has, signed by our own key: by another service that shares it, or an insider. */
class ClaimsAttackIT {
    private static final String EVENT = "TOKEN_INVALID";

    private final Victim victim = new Victim();

    @AfterEach
    void theGenuineTokenIsUnharmed() {
        victim.assertUnharmed();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "iss|\"https://evil.example\"",
                "iss|\"\"",
                "iss|1",
                "aud|\"other-api\"",
                "aud|[]",
                "aud|[\"other-api\"]",
                "type|\"refresh\"",
                "type|\"\"",
                "sub|\"\"",
                "sub|1",
                "sub|[]",
                "jti|\"\"",
                "jti|7",
                "sid|\"\"",
                "sid|{}",
                "gen|\"1\"",
                "gen|-1",
                "gen|1.5",
                "gen|99999999999999999999",
                "exp|\"4102444800\"",
                "exp|1e12",
                "exp|4102444800.5",
                "exp|99999999999999999999",
                "exp|true",
                "iat|\"0\"",
                "nbf|0.5",
                "ip|\"\"",
                "ua_hash|1",
                "roles|\"admin\"",
                "roles|[1]",
                "roles|[[\"admin\"]]",
                "groups|[\"admin\"]",
                "permissions|{}",
                "upn|\"\""
            })
    void aClaimOfAnotherValueOrKind(String name, String json) {
        victim.assertRefused(Forger.signedByTheServer(victim.header(), victim.claimsWith(name, json)), EVENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iss",
                "aud",
                "type",
                "sub",
                "jti",
                "sid",
                "gen",
                "exp",
                "iat",
                "nbf",
                "ip",
                "ua_hash",
                "roles",
                "groups",
                "permissions",
                "upn"
            })
    void aClaimThatIsMissing(String name) {
        String claims = victim.claimsWith(name, "null");
        victim.assertRefused(Forger.signedByTheServer(victim.header(), claims), EVENT);
        victim.assertRefused(
                Forger.signedByTheServer(
                        victim.header(),
                        claims.replaceFirst("\"" + name + "\":null,?", "").replace(",}", "}")),
                EVENT);
    }

    /** MP-JWT would take the last one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"groups\":[\"admin\"]",
                "\"gr\\u006fups\":[\"admin\"]",
                "\"sub\":\"other\"",
                "\"exp\":4102444800"
            })
    void aClaimThatStandsTwice(String twice) {
        String claims = victim.claims();
        victim.assertRefused(
                Forger.signedByTheServer(victim.header(), claims.substring(0, claims.length() - 1) + ',' + twice + '}'),
                EVENT);
        victim.assertRefused(Forger.signedByTheServer(victim.header(), '{' + twice + ',' + claims.substring(1)), EVENT);
    }

    @ParameterizedTest
    @CsvSource({"nbf, 600", "iat, 600", "exp, 86400"})
    void aTimeThatIsNotYetOrTooFarAway(String name, int fromNow) {
        String time = Long.toString(Instant.now().getEpochSecond() + fromNow);
        victim.assertRefused(Forger.signedByTheServer(victim.header(), victim.claimsWith(name, time)), EVENT);
    }

    @Test
    @Tag("fault-10")
    void aTokenThatHasExpiredIsCalledSo() {
        String expired = victim.claims();
        long now = Instant.now().getEpochSecond();
        for (String name : new String[] {"iat", "nbf"}) {
            expired = expired.replaceFirst("\"" + name + "\":\\d+", "\"" + name + "\":" + (now - 1000));
        }
        expired = expired.replaceFirst("\"exp\":\\d+", "\"exp\":" + (now - 100));
        Answer answer = victim.session
                .client
                .get("/api/user")
                .bearer(Forger.signedByTheServer(victim.header(), expired))
                .send();
        assertEquals("token_expired", answer.error());
        assertEquals("Token has expired", answer.json().getString("title"));
    }

    @Test
    void claimsThatAreNoObjectOrNestTooDeeply() {
        for (String claims : new String[] {
            "",
            "null",
            "[]",
            "\"text\"",
            "{",
            victim.claims() + "x",
            victim.claims() + victim.claims(),
            "{\"a\":" + "[".repeat(999) + "]".repeat(999) + "}"
        }) {
            victim.assertRefused(Forger.signedByTheServer(victim.header(), claims), EVENT);
        }
        String deep = victim.claims().replaceFirst("\\{", "{\"x\":" + "[".repeat(400) + "]".repeat(400) + ",");
        victim.assertRefused(Forger.signedByTheServer(victim.header(), deep), EVENT);
    }
}
