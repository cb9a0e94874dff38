package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deployed servers and a real mail server. */
@Tag("one-store")
@Tag("full")
class MailServerIT {
    private final int port = ServerProcess.freePort();
    private GreenMail mail;

    @BeforeEach
    void startMail() {
        mail = new GreenMail(new ServerSetup(port, "localhost", ServerSetup.PROTOCOL_SMTP));
        mail.start();
    }

    @AfterEach
    void stopMail() {
        mail.stop();
    }

    private static Map<String, String> settings(String url) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("mail").toString(),
                "auth.store", "memory",
                "jwt.key.size", "2048"));
        settings.putAll(mailSettings(url));
        return settings;
    }

    private static Map<String, String> mailSettings(String url) {
        return Map.of(
                "auth.mail.url", url,
                "auth.mail.from", "Example <auth@example.com>",
                "auth.mail.tls", "off",
                "auth.mail.language", "de");
    }

    /** Makes an account with an address and signs in to it, which is told. */
    private static void signInFromANewDevice(Session admin, int port, String name) {
        Answer made = admin.with(admin.client.post("/admin/api/users"))
                .json("{\"username\":\"" + name + "\",\"password\":\"" + Session.PASSWORD + "\",\"roles\":[\"user\"],"
                        + "\"email\":\"" + name + "@example.org\",\"email_verified\":true}")
                .send();
        assertEquals(201, made.status(), made::toString);
        assertEquals(
                200,
                Session.login(new Client(port), name, Session.PASSWORD).send().status());
    }

    private void await(int count) {
        Until.holds(count + " mails", () -> mail.getReceivedMessages().length >= count);
    }

    @Test
    void mailsWaitForAServerThatIsAwayAndTheNodeStaysReady() throws MessagingException, IOException {
        mail.stop();
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(), settings("smtp://localhost:" + port), Map.of())
                .ready()) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            signInFromANewDevice(admin, server.port(), "ada");
            Client client = new Client(server.port());
            Until.holds(
                    "it was tried", () -> server.output().contains("A mail (new_device) was not sent, and will be"));
            Until.holds("it waits", () -> client.get("/health/ready")
                    .send()
                    .body()
                    .replace(" ", "")
                    .contains("\"waiting\":\"1\""));
            assertEquals(200, client.get("/health/ready").send().status());

            mail.start();
            await(1);
            MimeMessage received = mail.getReceivedMessages()[0];
            Mailbox.Received read = Mailbox.received("new_device", received, "");
            assertEquals("ada@example.org", read.to());
            assertEquals("Neue Anmeldung bei Example", read.subject());
            assertTrue(received.getMessageID().endsWith("@example.com>"), received.getMessageID());
        }
    }

    @Test
    void theMailSessionOfTheServerIsUsedByItsName() throws IOException, MessagingException {
        Path commands = Files.createTempFile("mail", ".asadmin");
        Files.writeString(
                commands,
                "create-javamail-resource --mailhost localhost --mailuser auth --fromaddress auth@example.com"
                        + " --property mail-smtp-port=" + port + " mail/auth\n");
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(),
                        settings("mail/auth"),
                        Map.of(),
                        "--postbootcommandfile",
                        commands.toString())
                .ready()) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            signInFromANewDevice(admin, server.port(), "ada");
            await(1);
            assertEquals("Example <auth@example.com>", mail.getReceivedMessages()[0].getFrom()[0].toString());
        }
    }

    @Test
    void twoNodesSendEachMailOnceAndOneGoesOnWhenTheOtherDies() throws MessagingException {
        try (Nodes nodes = new Nodes(2, mailSettings("smtp://localhost:" + port))) {
            List<Integer> ports =
                    nodes.servers().stream().map(ServerProcess::port).toList();
            Session admin = Session.of(new Client(ports.get(0)), "admin", nodes.firstPassword());
            for (int i = 0; i < 8; i++) {
                signInFromANewDevice(admin, ports.get(i % 2), "first" + i);
            }
            await(8);
            Until.holds("the outbox is empty", () -> new Client(ports.get(0))
                    .get("/health/ready")
                    .send()
                    .body()
                    .replace(" ", "")
                    .contains("\"waiting\":\"0\""));
            nodes.servers().get(1).kill();
            for (int i = 0; i < 3; i++) {
                signInFromANewDevice(admin, ports.get(0), "second" + i);
            }
            await(11);
            List<String> ids = new ArrayList<>();
            for (MimeMessage message : mail.getReceivedMessages()) {
                ids.add(message.getMessageID());
            }
            assertEquals(11, ids.size());
            assertEquals(11, new HashSet<>(ids).size());
        }
    }
}
