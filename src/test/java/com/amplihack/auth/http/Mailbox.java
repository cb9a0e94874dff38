package com.amplihack.auth.http;

import com.amplihack.auth.store.Until;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The mails that a development server has written to files below its home. */
public final class Mailbox {
    private static final Pattern NAME = Pattern.compile("[0-9T]+-([a-z_]+)-.*\\.eml");
    private static final Pattern LINK = Pattern.compile("https?://\\S+/link\\.html#\\S+");

    private final Path directory;

    private Mailbox(Path home) {
        directory = home.resolve("mail");
    }

    public static Mailbox ofSharedServer() {
        return in(SharedServer.get().home());
    }

    /** That of the server with this {@code auth.home}. */
    public static Mailbox in(Path home) {
        return new Mailbox(home);
    }

    /**
     * A mail as a mail program reads it.
     *
     * @param kind such as {@code password_reset}
     */
    public record Received(String kind, String to, String subject, String text, String html, String raw) {
        /** The link; fails if there is none. */
        public String link() {
            Matcher link = LINK.matcher(text);
            if (!link.find()) {
                throw new AssertionError("no link in: " + text);
            }
            return link.group();
        }

        /** The token for one use in the link. */
        public String token() {
            return link().substring(link().indexOf('=') + 1);
        }
    }

    /** The newest mail of that kind to that address, once there is one. */
    public Received await(String recipient, String kind) {
        return await(recipient, kind, 1);
    }

    /** The newest mail of that kind to that address, once there are so many. */
    public Received await(String recipient, String kind, int count) {
        Until.holds(
                count + " mails " + kind + " to " + recipient,
                () -> of(recipient, kind).size() >= count);
        List<Received> mails = of(recipient, kind);
        return mails.get(mails.size() - 1);
    }

    /** What is there now, the oldest first. */
    public List<Received> of(String recipient, String kind) {
        return all().stream()
                .filter(mail -> mail.kind().equals(kind) && mail.to().equals(recipient))
                .toList();
    }

    /** Every mail that is there now, the oldest first. */
    public List<Received> all() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(Mailbox::read).flatMap(Optional::stream).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Received> read(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty(); // not finished yet
        }
        Properties properties = new Properties();
        properties.setProperty("mail.mime.allowutf8", "true");
        try (InputStream bytes = Files.newInputStream(file)) {
            MimeMessage message = new MimeMessage(Session.getInstance(properties), bytes);
            return Optional.of(received(name.group(1), message, Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A message of two parts, text and HTML. */
    public static Received received(String kind, MimeMessage message, String raw)
            throws MessagingException, IOException {
        Multipart parts = (Multipart) message.getContent();
        return new Received(
                kind,
                message.getAllRecipients()[0].toString(),
                message.getSubject(),
                content(parts.getBodyPart(0)),
                content(parts.getBodyPart(1)),
                raw);
    }

    private static String content(BodyPart part) throws MessagingException, IOException {
        return ((String) part.getContent()).replace("\r\n", "\n");
    }
}
