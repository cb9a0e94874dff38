package com.amplihack.auth.mail.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.mail.MailSettings;
import com.amplihack.auth.http.Mailbox;
import com.amplihack.auth.mail.transport.DeliveryException.Fault;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SmtpTransportTest {
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private ScriptedSmtp server;
    private Certificates certificates;

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        server = ScriptedSmtp.start();
        certificates = Certificates.make(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static OutgoingMail mail(String recipient) {
        return new OutgoingMail(
                "4f1c",
                "new_device",
                recipient,
                "de",
                Instant.parse("2026-06-01T12:00:00Z"),
                "Neue Anmeldung für Jürgen",
                "Grüße",
                "<p>Grüße</p>",
                Optional.empty());
    }

    private SmtpTransport transport(String url, String tls, SSLSocketFactory trusting, String... more) {
        Map<String, String> settings = new HashMap<>(
                Map.of("auth.mail.url", url, "auth.mail.from", "Example <auth@example.com>", "auth.mail.tls", tls));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        MailSettings mail = TestSettings.dev(directory, settings).mail();
        return new SmtpTransport(
                new ConfiguredSession(mail, mail.server().orElseThrow()), mail.from(), SHORT, Optional.of(trusting));
    }

    private SmtpTransport plain() {
        return transport("smtp://localhost:" + server.port(), "off", certificates.client());
    }

    private SmtpTransport secured(String host) {
        return transport("smtp://" + host + ":" + server.port(), "required", certificates.client());
    }

    private static DeliveryException refusal(SmtpTransport transport, String recipient) {
        return assertThrows(DeliveryException.class, () -> transport.deliver(mail(recipient)));
    }

    @Test
    void mailGoesThroughStartTlsToAServerWithATrustedCertificate() throws DeliveryException {
        server.offering(certificates.server());
        secured("localhost").deliver(mail("ada@example.org"));
        assertEquals(1, server.messages().size());
        int tls = server.commands().indexOf("STARTTLS");
        assertTrue(tls > 0);
        assertTrue(server.commands().subList(tls, server.commands().size()).contains("RCPT TO:<ada@example.org>"));
    }

    @Test
    void nothingIsSentToAServerWithoutTlsUnlessThatWasAllowed() throws DeliveryException {
        DeliveryException refused = refusal(secured("localhost"), "ada@example.org");
        assertEquals(Fault.SERVER, refused.fault());
        assertTrue(server.commands().stream().noneMatch(line -> line.startsWith("MAIL")), server.commands()::toString);

        transport("smtp://localhost:" + server.port(), "offered", certificates.client())
                .deliver(mail("ada@example.org"));
        assertEquals(1, server.messages().size());
    }

    @Test
    void aCertificateOfSomebodyElseIsRefused() {
        server.offering(certificates.server());
        SmtpTransport unknown = transport(
                "smtp://localhost:" + server.port(), "offered", (SSLSocketFactory) SSLSocketFactory.getDefault());
        assertEquals(Fault.SERVER, refusal(unknown, "ada@example.org").fault());
        // good, but for another name
        assertEquals(
                Fault.SERVER, refusal(secured("127.0.0.1"), "ada@example.org").fault());
        assertEquals(List.of(), server.messages());
    }

    @ParameterizedTest
    @CsvSource({
        "RCPT,550 5.1.1 <ada@example.org> is unknown,REFUSED",
        "RCPT,553 5.1.3 no,REFUSED",
        "RCPT,530 5.7.0 Authentication required,DEFERRED",
        "RCPT,450 4.2.0 greylisted,DEFERRED",
        "RCPT,452 4.2.2 full,DEFERRED",
        "MAIL,550 5.7.1 not from you,SERVER",
        "MAIL,421 4.3.2 too many,SERVER",
        "DATA,503 5.5.1 no,SERVER",
        ".,554 5.7.1 this is spam,REFUSED",
        ".,451 4.3.0 later,DEFERRED",
        "EHLO,554 no,SERVER",
        "CONNECT,554 no,SERVER"
    })
    void whatIsRefusedForGoodIsToldFromWhatMayBeRepeated(String verb, String reply, Fault fault) {
        server.answering(verb, reply);
        if (verb.equals("EHLO")) {
            server.answering("HELO", reply);
        }
        DeliveryException failed = refusal(plain(), "ada@example.org");
        assertEquals(fault, failed.fault(), failed::getMessage);
        assertFalse(failed.getMessage().contains("ada@example.org"), failed::getMessage);
        if (fault != Fault.SERVER) {
            assertTrue(failed.getMessage().contains(reply.substring(0, 9)), failed::getMessage);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."})
    void aServerThatHangsIsLeftAtTheDeadline(String verb) {
        server.hangingAt(verb);
        long begin = System.nanoTime();
        assertEquals(Fault.SERVER, refusal(plain(), "ada@example.org").fault());
        assertTrue(Duration.ofNanos(System.nanoTime() - begin).compareTo(Duration.ofSeconds(15)) < 0);
    }

    @Test
    void aServerThatSendsAByteNowAndThenIsLeftAtTheDeadline() {
        server.drippingAt("EHLO");
        DeliveryException failed = refusal(plain(), "ada@example.org");
        assertEquals(Fault.SERVER, failed.fault());
        assertEquals("The mail server took longer than 2 s", failed.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."})
    void aServerThatVanishesMayBeTriedAgain(String verb) {
        server.vanishingAt(verb);
        assertEquals(Fault.SERVER, refusal(plain(), "ada@example.org").fault());
    }

    @Test
    void aServerThatVanishesAfterItTookAMailHasTakenIt() throws DeliveryException {
        server.vanishingAt("QUIT");
        plain().deliver(mail("ada@example.org"));
        assertEquals(1, server.messages().size());
    }

    @Test
    void nobodyListens() throws IOException {
        server.close();
        assertEquals(Fault.SERVER, refusal(plain(), "ada@example.org").fault());
    }

    @Test
    void eachAttemptHasTheSameMessageIdAndTheHeadersThatStopAnswers() throws DeliveryException {
        plain().deliver(mail("ada@example.org"));
        plain().deliver(mail("ada@example.org"));
        assertEquals(
                server.messages().get(0).replaceAll("=_Part[^\"\n]*|=_Part.*", ""),
                server.messages().get(1).replaceAll("=_Part[^\"\n]*|=_Part.*", ""));
        String message = server.messages().get(0);
        assertTrue(message.contains("\nMessage-ID: <4f1c@example.com>\n"), message);
        assertTrue(message.contains("\nAuto-Submitted: auto-generated\n"), message);
        assertTrue(message.contains("Date: Mon, 1 Jun 2026 "), message);
        assertTrue(message.contains("Content-Language: de\n"), message);
        assertTrue(message.contains("Subject: =?UTF-8?Q?Neue_Anmeldung_f=C3=BCr_J=C3=BCrgen?="), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada@example.org\r\nBcc: victim@example.net",
                "ada@example.org\nRCPT TO:<victim@example.net>",
                "ada@example.org>\r\nDATA",
                "ada@example.org, victim@example.net",
                "ada@example.org victim@example.net",
                "ada@example.org\u2028x",
                "\"ada\"@example.org",
                "ada@[127.0.0.1]",
                "ada",
                "@example.org",
                ""
            })
    void anAddressIsOneAddressOrNone(String recipient) {
        DeliveryException refused = refusal(plain(), recipient);
        assertEquals(Fault.REFUSED, refused.fault());
        assertEquals(List.of(), server.commands());
    }

    @Test
    void aSubjectKeepsToItsLine() throws DeliveryException {
        OutgoingMail mail = new OutgoingMail(
                "1",
                "new_device",
                "ada@example.org",
                "en",
                Instant.EPOCH,
                "Hello\r\nBcc: victim@example.net\r\n\r\nx",
                "text",
                "<p>html</p>",
                Optional.empty());
        plain().deliver(mail);
        String message = server.messages().get(0);
        assertFalse(message.contains("\nBcc:"), message);
        assertTrue(message.contains("Subject: Hello Bcc: victim@example.net x\n"), message);
        assertEquals(
                1,
                server.commands().stream()
                        .filter(line -> line.startsWith("RCPT"))
                        .count());
    }

    @Test
    void anAddressOfAnotherScriptNeedsAServerThatKnowsIt() throws DeliveryException {
        DeliveryException refused = refusal(plain(), "жужа@bücher.example");
        assertEquals(Fault.REFUSED, refused.fault());
        assertEquals("The mail server does not offer SMTPUTF8, which this address needs", refused.getMessage());
        assertEquals(List.of(), server.messages());

        server.offering("SMTPUTF8").offering("8BITMIME");
        plain().deliver(mail("жужа@bücher.example"));
        assertTrue(server.commands().contains("RCPT TO:<жужа@xn--bcher-kva.example>"), server.commands()::toString);
        assertTrue(server.commands().stream()
                .anyMatch(line -> line.startsWith("MAIL FROM:") && line.contains("SMTPUTF8")));
    }

    @Test
    void aDomainOfAnotherScriptIsSentInAscii() throws DeliveryException {
        plain().deliver(mail("ada@bücher.example"));
        assertTrue(server.commands().contains("RCPT TO:<ada@xn--bcher-kva.example>"), server.commands()::toString);
    }

    @Test
    void aRealServerTakesTheMailFromAUserWithAPassword() throws DeliveryException, MessagingException, IOException {
        GreenMail real = new GreenMail(ServerSetup.SMTP.dynamicPort().setVerbose(false));
        real.start();
        try {
            real.setUser("auth@example.com", "auth", "a secret");
            String url = "smtp://localhost:" + real.getSmtp().getPort();
            String[] good = {"auth.mail.user", "auth", "auth.mail.password", "a secret"};
            transport(url, "offered", certificates.client(), good).deliver(mail("ada@example.org"));

            String[] bad = {"auth.mail.user", "auth", "auth.mail.password", "another"};
            DeliveryException refused =
                    refusal(transport(url, "offered", certificates.client(), bad), "ada@example.org");
            assertEquals(Fault.SERVER, refused.fault());
            assertFalse(refused.getMessage().contains("another"), refused::getMessage);

            MimeMessage received = real.getReceivedMessages()[0];
            assertEquals(1, real.getReceivedMessages().length);
            Mailbox.Received mail = Mailbox.received("new_device", received, "");
            assertEquals("ada@example.org", mail.to());
            assertEquals("Neue Anmeldung für Jürgen", mail.subject());
            assertEquals("Grüße", mail.text().strip());
            assertEquals("<p>Grüße</p>", mail.html().strip());
            assertEquals("Example <auth@example.com>", received.getFrom()[0].toString());
            assertTrue(received.getContentType().startsWith("multipart/alternative"));
        } finally {
            real.stop();
        }
    }

    @Test
    void smtpsBeginsWithTlsAndChecksTheCertificate() throws DeliveryException {
        server.beginningWith(certificates.server());
        String url = "smtps://localhost:" + server.port();
        SmtpTransport unknown = transport(url, "required", (SSLSocketFactory) SSLSocketFactory.getDefault());
        assertEquals(Fault.SERVER, refusal(unknown, "ada@example.org").fault());
        SmtpTransport otherName = transport("smtps://127.0.0.1:" + server.port(), "required", certificates.client());
        assertEquals(Fault.SERVER, refusal(otherName, "ada@example.org").fault());
        assertEquals(List.of(), server.commands());

        transport(url, "required", certificates.client()).deliver(mail("ada@example.org"));
        assertEquals(1, server.messages().size());
    }

    @Test
    void aHangingTlsHandshakeEndsAtTheDeadline() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            String url = "smtps://localhost:" + silent.getLocalPort();
            assertEquals(
                    "The mail server took longer than 2 s",
                    refusal(transport(url, "required", certificates.client()), "ada@example.org")
                            .getMessage());
        }
    }
}
