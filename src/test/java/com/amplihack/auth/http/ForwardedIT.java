package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fault-25")
class ForwardedIT {
    private static final Client PROXY = Client.from("127.9.0.1");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Forwarded-For | 203.0.113.1 | 203.0.113.1",
                "X-Forwarded-For | 198.51.100.1, 203.0.113.2 | 203.0.113.2",
                "X-Forwarded-For | 203.0.113.3, 127.9.4.4, 127.9.5.5 | 203.0.113.3",
                "X-Forwarded-For | 203.0.113.4:51234 | 203.0.113.4",
                "X-Forwarded-For | [2001:db8::4]:51234 | 2001:db8::4",
                "X-Forwarded-For | ::ffff:203.0.113.5 | 203.0.113.5",
                "X-Forwarded-For | unknown | 127.9.0.1",
                "X-Forwarded-For | 203.0.113.6, nonsense | 127.9.0.1",
                "X-Forwarded-For | 10.1 | 127.9.0.1",
                "Forwarded | for=203.0.113.7;proto=https;by=127.9.0.1 | 203.0.113.7",
                "Forwarded | for=\"[2001:db8::7]:4711\" | 2001:db8::7",
                "Forwarded | for=198.51.100.1, For=203.0.113.8 | 203.0.113.8",
                "Forwarded | for=_hidden | 127.9.0.1",
                "Forwarded | proto=https | 127.9.0.1",
                "X-Forwarded-For | 203.0.113.40, | 203.0.113.40",
                "X-Forwarded-For | 203.0.113.41, ,127.9.4.4 | 203.0.113.41",
                "Forwarded | for=203.0.113.42;host=\"a,for=198.51.100.9\" | 203.0.113.42"
            })
    void aTrustedProxyTellsTheClientsAddressFromTheRight(String header, String value, String expected) {
        Answer login = Session.login(PROXY, Session.newUser("user"), Session.PASSWORD)
                .header(header, value)
                .send();

        // the proxy's own address runs into the login limit: what could not be told is counted there
        assertTrue(login.status() == 200 || expected.equals("127.9.0.1"), login.toString());
        if (login.status() == 200) {
            String token = login.json().getString("access_token");
            assertEquals(expected, Session.part(token, 1).getString("ip"));
        }
    }

    @Test
    void whenBothHeadersNameDifferentClientsNeitherIsBelieved() {
        Client proxy = Client.from("127.9.0.2");
        String username = Session.newUser("user");

        Answer differing = Session.login(proxy, username, Session.PASSWORD)
                .header("X-Forwarded-For", "203.0.113.20")
                .header("Forwarded", "for=203.0.113.21")
                .send();
        Answer agreeing = Session.login(proxy, username, Session.PASSWORD)
                .header("X-Forwarded-For", "203.0.113.22")
                .header("Forwarded", "for=203.0.113.22")
                .send();

        assertEquals("127.9.0.2", address(differing));
        assertEquals("203.0.113.22", address(agreeing));
    }

    @Test
    void administrationIsClosedWhileAStrangerForwards() {
        Session admin = Session.admin();

        Answer answer = admin.with(admin.client.get("/admin/api/users"))
                .header("X-Forwarded-For", "127.0.0.1")
                .send();

        assertEquals(403, answer.status());
        assertEquals("address_not_allowed", answer.error());
        assertTrue(SharedServer.get().output().contains("is not in auth.trusted.proxies"));
        assertTrue(new Client().get("/health/ready").send().body().contains("auth.trusted.proxies"));
    }

    @Test
    void administrationIsClosedWhenATrustedProxysHeadersContradictEachOther() {
        Session admin = Session.admin();

        Answer answer = admin.with(PROXY.get("/admin/api/users"))
                .header("X-Forwarded-For", "203.0.113.30")
                .header("Forwarded", "for=9.9.9.9") // the client's, passed through by the proxy
                .send();

        assertEquals("address_not_allowed", answer.error());
    }

    @Test
    void administrationIsClosedToWhoeverNamesAnAddressInAQuotedString() {
        Session admin = Session.admin();

        Answer answer = admin.with(PROXY.get("/admin/api/users"))
                .header("Forwarded", "for=203.0.113.30;host=\"a,for=127.0.0.1\"")
                .send();

        assertEquals("address_not_allowed", answer.error());
    }

    @Test
    void administrationIsClosedToOtherAddresses() {
        Session admin = Session.admin();

        Answer answer = admin.with(PROXY.get("/admin/api/users"))
                .header("X-Forwarded-For", "203.0.113.30")
                .send();

        assertEquals("address_not_allowed", answer.error());
    }

    private static String address(Answer login) {
        return Session.part(login.json().getString("access_token"), 1).getString("ip");
    }
}
