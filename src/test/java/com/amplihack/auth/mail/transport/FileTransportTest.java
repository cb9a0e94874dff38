package com.amplihack.auth.mail.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.mail.MailSender;
import com.amplihack.auth.http.Mailbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransportTest {
    private static final MailSender FROM = new MailSender("", "auth@localhost");

    @TempDir
    private Path home;

    private static OutgoingMail mail(int second) {
        return new OutgoingMail(
                "id" + second,
                "password_reset",
                "жужа@example.org",
                "en",
                Instant.ofEpochSecond(second),
                "Subject " + second,
                "text\n\nhttp://localhost:8080/link.html#reset=abc\n",
                "<p>html</p>",
                Optional.of("http://localhost:8080/link.html#reset=abc"));
    }

    @Test
    void developmentWritesMailsToFilesThatOnlyTheOwnerReads() throws DeliveryException, IOException {
        MailTransport files = MailTransport.of(TestSettings.dev(home, Map.of())).orElseThrow();
        files.deliver(mail(1));
        Mailbox.Received read = Mailbox.in(home).await("жужа@example.org", "password_reset");
        assertEquals("Subject 1", read.subject());
        assertEquals("abc", read.token());
        Path directory = home.resolve("mail");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        try (Stream<Path> written = Files.list(directory)) {
            assertEquals(
                    List.of("rw-------"),
                    written.map(FileTransportTest::permissions).toList());
        }
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theNewestAreKept() throws DeliveryException {
        FileTransport files = new FileTransport(home, FROM, 3);
        for (int second = 1; second <= 5; second++) {
            files.deliver(mail(second));
        }
        assertEquals(
                List.of("Subject 3", "Subject 4", "Subject 5"),
                Mailbox.in(home).all().stream().map(Mailbox.Received::subject).toList());
    }

    @Test
    void productionHasNoFiles() {
        assertEquals(Optional.empty(), MailTransport.of(TestSettings.production(home, Map.of())));
    }

    @Test
    void aDiskThatIsFullIsAServerThatIsAway() throws IOException {
        Files.createFile(home.resolve("mail"));
        DeliveryException failed =
                assertThrows(DeliveryException.class, () -> new FileTransport(home, FROM).deliver(mail(1)));
        assertEquals(DeliveryException.Fault.SERVER, failed.fault());
        assertTrue(String.valueOf(failed.getMessage()).startsWith("A mail cannot be written"));
    }
}
