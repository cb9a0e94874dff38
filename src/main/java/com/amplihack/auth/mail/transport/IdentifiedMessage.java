package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.mail.MailSender;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UnsupportedEncodingException;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.regex.Pattern;

/**
 * A message with the same {@code Message-ID} at each attempt, so that a mail that was sent twice can be recognized, and
 * with no line break in any header that comes from outside.
 */
final class IdentifiedMessage extends MimeMessage {
    private static final String UTF_8 = StandardCharsets.UTF_8.name();
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

    /** No white space, controls, brackets, quotes or lists: what would be more than one address or header. */
    private static final Pattern ADDRESS = Pattern.compile(
            "[^\\s\\p{Cntrl}\\p{Cf}<>()\\[\\]\\\\,;:\"@]+@[^\\s\\p{Cntrl}\\p{Cf}<>()\\[\\]\\\\,;:\"@]+");

    private final String messageId;
    private boolean writing;

    /** @throws DeliveryException if the recipient is no address */
    IdentifiedMessage(Session session, OutgoingMail mail, MailSender from)
            throws MessagingException, DeliveryException {
        super(session);
        messageId = "<" + mail.id() + "@" + from.domain() + ">";
        setFrom(sender(from));
        setRecipient(Message.RecipientType.TO, recipient(mail.recipient()));
        setSubject(BREAKS.matcher(mail.subject()).replaceAll(" "), UTF_8);
        setSentDate(Date.from(mail.date()));
        setHeader("Auto-Submitted", "auto-generated"); // RFC 3834 section 5: nothing shall answer it
        setHeader("Content-Language", mail.language());
        MimeBodyPart text = new MimeBodyPart();
        text.setText(mail.text(), UTF_8, "plain");
        MimeBodyPart html = new MimeBodyPart();
        html.setText(mail.html(), UTF_8, "html");
        setContent(new MimeMultipart("alternative", text, html)); // the last is what readers prefer (RFC 2046 5.1.4)
        saveChanges();
    }

    private static InternetAddress sender(MailSender from) throws MessagingException {
        try {
            return from.name().isEmpty()
                    ? new InternetAddress(from.address())
                    : new InternetAddress(from.address(), from.name(), UTF_8);
        } catch (UnsupportedEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The address with its domain in ASCII, which every server understands. */
    private static InternetAddress recipient(String address) throws DeliveryException {
        if (!ADDRESS.matcher(address).matches()) {
            throw new DeliveryException(DeliveryException.Fault.REFUSED, "The recipient's address is none");
        }
        int at = address.lastIndexOf('@');
        try {
            InternetAddress recipient = new InternetAddress();
            recipient.setAddress(address.substring(0, at + 1) + IDN.toASCII(address.substring(at + 1)));
            return recipient;
        } catch (IllegalArgumentException noDomain) {
            throw new DeliveryException(DeliveryException.Fault.REFUSED, "The recipient's domain is none", noDomain);
        }
    }

    /** Whether the address's local part is not ASCII: the server must know SMTPUTF8 (RFC 6531). */
    static boolean isInternational(String address) {
        return !address.substring(0, Math.max(0, address.lastIndexOf('@')))
                .chars()
                .allMatch(c -> c < 0x80);
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", messageId);
    }

    @Override
    public void writeTo(OutputStream out, String[] ignored) throws IOException, MessagingException {
        writing = true;
        super.writeTo(out, ignored);
    }

    /** Whether the server was given the content: what it refuses then is this mail. */
    boolean wasWritten() {
        return writing;
    }
}
