package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More tries than a limit gives, by pretending to be many. */
@Tag("fault-25")
@Tag("store")
class LimitEvasionAttackIT {
    @Test
    void aStrangersHeaderDoesNotEvadeTheLoginLimit() {
        Client client = new Client();
        Answer last = null;
        for (int i = 0; i < 6; i++) {
            last = Session.login(client, "nobody", Session.PASSWORD)
                    .header("X-Forwarded-For", "203.0.113." + (100 + i))
                    .send();
        }

        assertEquals(429, last.status());
    }

    @Test
    void anIpv6NetworkIsOneClientForTheLoginLimit() {
        Client proxy = Client.from("127.9.0.3");
        Answer last = null;
        for (int i = 0; i < 6; i++) {
            last = Session.login(proxy, "nobody", Session.PASSWORD)
                    .header("X-Forwarded-For", "2001:db8:7:7::" + (i + 1))
                    .send();
        }
        Answer neighbour = Session.login(proxy, "nobody", Session.PASSWORD)
                .header("X-Forwarded-For", "2001:db8:7:8::1")
                .send();

        assertEquals(429, last.status());
        assertEquals(401, neighbour.status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For",
                "Forwarded",
                "X-Real-IP",
                "X-Client-IP",
                "True-Client-IP",
                "X-Cluster-Client-Ip",
                "Via"
            })
    void noHeaderOfAStrangerEvadesTheLoginLimit(String header) {
        Client client = new Client();
        Answer last = null;
        for (int i = 0; i < 6; i++) {
            String address = "203.0.113." + (120 + i);
            last = Session.login(client, "nobody", Session.PASSWORD)
                    .header(header, header.equals("Forwarded") ? "for=" + address : address)
                    .send();
        }
        assertEquals(429, last.status());
    }

    @Test
    void whatAClientPutsInFrontOfATrustedProxysEntryIsNotBelieved() {
        Client proxy = Client.from("127.9.0.9");
        Answer last = null;
        for (int i = 0; i < 6; i++) {
            last = Session.login(proxy, "nobody", Session.PASSWORD)
                    .header("X-Forwarded-For", "198.51.100." + i + ", 203.0.113.99")
                    .send();
        }
        assertEquals(429, last.status());
    }

    @Test
    void anotherUserAgentOrSpellingOfTheNameIsTheSameClient() {
        Client client = new Client();
        Answer last = null;
        for (String name : List.of("nobody", "NOBODY", " nobody", "nobody ", "no\u0062ody", "nobody")) {
            last = Session.login(client, name, Session.PASSWORD)
                    .header("User-Agent", "Browser/" + name.length())
                    .send();
        }
        assertEquals(429, last.status());
    }

    @Test
    void theQuotaOfTheApiIsTheSubjectsWhateverTheSession() {
        Session first = Session.ofNewUser();
        Session second = Session.of(first.username);
        Answer last = null;
        for (int i = 0; i < 101; i++) {
            last = (i % 2 == 0 ? first : second).user();
        }
        assertEquals(429, last.status());
        assertEquals("rate_limited", last.error());
    }
}
