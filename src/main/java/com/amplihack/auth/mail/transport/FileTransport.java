package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.mail.MailSender;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Writes mails to files for development, and what links they have to the log. Only the owner can read the files, of which
 * the newest are kept.
 */
final class FileTransport implements MailTransport {
    private static final Logger LOG = Logger.getLogger(FileTransport.class.getName());
    private static final int KEPT = 1_000;
    private static final String EXTENSION = ".eml"; // RFC 5322 as it is, which mail programs open
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final MailSender from;
    private final int kept;

    FileTransport(Path home, MailSender from) {
        this(home, from, KEPT);
    }

    FileTransport(Path home, MailSender from, int kept) {
        directory = home.resolve("mail");
        this.from = from;
        this.kept = kept;
    }

    @Override
    public void deliver(OutgoingMail mail) throws DeliveryException {
        Path file = directory.resolve(TIME.format(mail.date()) + "-" + mail.kind() + "-" + mail.id() + EXTENSION);
        try {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            Properties properties = new Properties();
            properties.setProperty("mail.mime.allowutf8", "true");
            new IdentifiedMessage(Session.getInstance(properties), mail, from).writeTo(message);
            PrivateFiles.makeDirectory(directory);
            PrivateFiles.write(file, message.toByteArray(), "rw-------");
            deleteOldest();
        } catch (IOException | MessagingException failed) {
            throw new DeliveryException(
                    DeliveryException.Fault.SERVER, "A mail cannot be written to " + directory, failed);
        }
        LOG.log(Level.INFO, "Development mail {0} is in {1}{2}", new Object[] {
            mail.kind(), file, mail.link().map(link -> ", its link is " + link).orElse("")
        });
    }

    private void deleteOldest() throws IOException {
        List<Path> mails;
        try (Stream<Path> files = Files.list(directory)) {
            mails = files.filter(file -> file.toString().endsWith(EXTENSION))
                    .sorted()
                    .toList();
        }
        for (Path old : mails.subList(0, Math.max(0, mails.size() - kept))) {
            Files.deleteIfExists(old);
        }
    }
}
