package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import jakarta.json.Json;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Notices of the shared server, which writes them to files. */
class MailIT {
    private static final String NEW_PASSWORD = "violet kettle 7 harbour";

    private final Mailbox mailbox = Mailbox.ofSharedServer();
    private final String address = "user-" + UUID.randomUUID() + "@example.org";
    private final String username = Session.newUser("user");

    private static String idOf(String username) {
        return Session.of(username).user().json().getString("user_id");
    }

    private static Answer patch(String id, String body) {
        Session admin = Session.admin();
        Answer answer = admin.with(admin.client.request("PATCH", "/admin/api/users/" + id))
                .json(body)
                .send();
        assertEquals(200, answer.status(), answer::toString);
        return answer;
    }

    private void giveAddress(boolean verified, String language) {
        patch(
                idOf(username),
                Json.createObjectBuilder()
                        .add("email", address)
                        .add("email_verified", verified)
                        .add("language", language)
                        .build()
                        .toString());
    }

    @Test
    void anUnknownDeviceIsToldOfOnceAnHourAndAKnownOneNever() {
        giveAddress(true, "en");
        Client browser = new Client();
        Answer login = Session.login(browser, username, Session.PASSWORD)
                .header("User-Agent", "Browser of <b>Eve</b>")
                .send();
        Mailbox.Received mail = mailbox.await(address, "new_device");
        assertTrue(mail.text().contains("Address: " + browser.address() + "\n"), mail.text());
        assertTrue(mail.text().contains("Device: Browser of <b>Eve</b>\n"), mail.text());
        assertTrue(mail.html().contains("Browser of &lt;b&gt;Eve&lt;/b&gt;"), mail.html());
        assertFalse(mail.text().contains("http"), mail.text());

        Session.login(new Client(), username, Session.PASSWORD).send();
        Session.login(browser, username, Session.PASSWORD)
                .cookie("device", login.cookieValue("device"))
                .send();
        patch(idOf(username), "{\"password\":\"" + NEW_PASSWORD + "\"}"); // a mail that comes after what must not come
        mailbox.await(address, "password_changed");
        assertEquals(1, mailbox.of(address, "new_device").size());
    }

    @Test
    void everyChangeOfThePasswordIsTold() {
        giveAddress(true, "de");
        Session ada = Session.of(username);
        Answer changed = ada.with(ada.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD + "\",\"new_password\":\"" + NEW_PASSWORD + "\"}")
                .send();
        assertEquals(200, changed.status(), changed::toString);
        Mailbox.Received own = mailbox.await(address, "password_changed");
        assertTrue(own.subject().startsWith("Ihr Passwort für "), own.subject());
        assertTrue(own.text().contains("Wie: nach Anmeldung"), own.text());
        assertTrue(own.text().contains("Guten Tag " + username), own.text());

        String id = changed.json().getString("access_token").isEmpty()
                ? ""
                : Session.of(new Client(), username, NEW_PASSWORD).user().json().getString("user_id");
        patch(id, "{\"password\":\"amber lantern 9 meadow\"}");
        Mailbox.Received reset = mailbox.await(address, "password_changed", 2);
        assertTrue(reset.text().contains("Wie: durch die Administration"), reset.text());
        for (Mailbox.Received mail : mailbox.of(address, "password_changed")) {
            assertFalse(mail.raw().contains(NEW_PASSWORD) || mail.raw().contains("amber"), mail.raw());
        }
    }

    @Test
    void aNewApiKeyIsToldWithoutTheKey() {
        giveAddress(true, "en");
        Session ada = Session.of(username);
        Answer made = ada.with(ada.client.post("/auth/api-keys"))
                .json("{\"name\":\"see https://evil.example\\u00e4\"}")
                .send();
        assertEquals(201, made.status(), made::toString);
        Mailbox.Received mail = mailbox.await(address, "api_key_created");
        assertTrue(mail.text().contains("Key: "), mail.text());
        assertFalse(mail.text().contains("https://"), mail.text());
        assertFalse(mail.raw().contains(made.json().getString("key")), mail.raw());
    }

    @Test
    void nothingGoesToAnAddressThatNobodyHasVerified() {
        giveAddress(false, "en");
        Session.login(new Client(), username, Session.PASSWORD).send();
        String other = Session.newUser("user");
        patch(idOf(other), "{\"email\":\"b" + address + "\",\"email_verified\":true}");
        Session.login(new Client(), other, Session.PASSWORD).send();
        mailbox.await("b" + address, "new_device"); // later than what must not come
        assertEquals(
                List.of(),
                mailbox.all().stream().filter(mail -> mail.to().equals(address)).toList());
    }

    @Test
    void readinessAndMetricsShowTheOutbox() {
        giveAddress(true, "en");
        Session.login(new Client(), username, Session.PASSWORD).send();
        mailbox.await(address, "new_device");
        Until.holds(
                "readiness has counted",
                () -> new Client().get("/health/ready").send().body().contains("dead_letters"));
        Until.holds("metrics have counted", () -> new Client()
                .get("/metrics")
                .send()
                .body()
                .lines()
                .anyMatch(line -> line.startsWith("auth_mail_sent_total{")
                        && line.contains("kind=\"new_device\"")
                        && line.contains("outcome=\"sent\"")
                        && !line.endsWith(" 0.0")));
    }
}
