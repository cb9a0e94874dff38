package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.mail.MailSender;
import com.amplihack.auth.mail.transport.DeliveryException.Fault;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/** Hands mails to an SMTP server (RFC 5321), each within a minute whatever the server does. */
final class SmtpTransport implements MailTransport {
    /** The longest that one mail takes, without the look-up of the server's name. */
    static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Logger LOG = Logger.getLogger(SmtpTransport.class.getName());
    private static final int LONGEST_REASON = 300;
    private static final int AUTHENTICATION_REQUIRED = 530; // RFC 4954 section 6
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\s]+");

    private final MailSession session;
    private final MailSender from;
    private final Duration longest;
    private final Optional<SSLSocketFactory> trusting;

    SmtpTransport(MailSession session, MailSender from) {
        this(session, from, LONGEST, Optional.empty());
    }

    /** @param trusting the certificates that are accepted; empty for those that this Java trusts */
    SmtpTransport(MailSession session, MailSender from, Duration longest, Optional<SSLSocketFactory> trusting) {
        this.session = session;
        this.from = from;
        this.longest = longest;
        this.trusting = trusting;
    }

    @Override
    public void deliver(OutgoingMail mail) throws DeliveryException {
        boolean international = IdentifiedMessage.isInternational(mail.recipient());
        SSLSocketFactory tls = trusting.orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault());
        try (DeadlineSockets sockets = new DeadlineSockets(longest, tls)) {
            Session opened = session.open(sockets, international);
            IdentifiedMessage message;
            try {
                message = new IdentifiedMessage(opened, mail, from);
            } catch (MessagingException malformed) {
                throw new DeliveryException(Fault.REFUSED, "The mail cannot be written", malformed);
            }
            Transport transport = transport(opened);
            try {
                session.connect(transport);
                if (international) {
                    requireInternational(transport);
                }
                transport.sendMessage(message, message.getAllRecipients());
            } catch (MessagingException failed) {
                throw failure(failed, mail, message.wasWritten(), sockets.isExpired());
            } finally {
                close(transport);
            }
        }
    }

    private static Transport transport(Session session) throws DeliveryException {
        try {
            return session.getTransport();
        } catch (MessagingException unknown) {
            throw new DeliveryException(Fault.SERVER, "auth.mail.url: the mail session has no SMTP", unknown);
        }
    }

    /** What goes wrong here concerns no mail: it has been taken, or something else is known to be wrong. */
    private static void close(Transport transport) {
        try {
            transport.close();
        } catch (MessagingException closed) {
            LOG.log(Level.FINE, "The mail server was left without a good-bye", closed);
        }
    }

    /** Without SMTPUTF8 the client would send the address with other characters in it (RFC 6531 section 3.2). */
    private static void requireInternational(Transport transport) throws DeliveryException {
        if (!(transport instanceof SMTPTransport smtp && smtp.supportsExtension("SMTPUTF8"))) {
            throw new DeliveryException(
                    Fault.REFUSED, "The mail server does not offer SMTPUTF8, which this address needs");
        }
    }

    private DeliveryException failure(MessagingException failed, OutgoingMail mail, boolean written, boolean expired) {
        if (expired) {
            return new DeliveryException(
                    Fault.SERVER, "The mail server took longer than " + longest.toSeconds() + " s", failed);
        }
        return new DeliveryException(fault(failed, written), reason(failed, mail), failed);
    }

    /** A reply 5yz is final (RFC 5321 section 4.2.1) if it is about this mail, and not about us. */
    private static Fault fault(MessagingException failed, boolean written) {
        if (failed instanceof AuthenticationFailedException || failed instanceof SMTPSenderFailedException) {
            return Fault.SERVER;
        }
        for (Exception cause = failed; cause instanceof MessagingException next; cause = next.getNextException()) {
            if (cause instanceof SMTPSenderFailedException) {
                return Fault.SERVER;
            }
            if (cause instanceof SMTPAddressFailedException refused && refused.getReturnCode() >= 400) {
                return isFinal(refused.getReturnCode()) ? Fault.REFUSED : Fault.DEFERRED;
            }
        }
        if (failed instanceof SMTPSendFailedException refused && written && refused.getReturnCode() >= 400) {
            return isFinal(refused.getReturnCode()) ? Fault.REFUSED : Fault.DEFERRED;
        }
        return Fault.SERVER;
    }

    private static boolean isFinal(int code) {
        return code >= 500 && code != AUTHENTICATION_REQUIRED;
    }

    /** The innermost message, in one line, without the recipient. */
    private static String reason(MessagingException failed, OutgoingMail mail) {
        String reason = failed.getMessage();
        for (Exception cause = failed; cause instanceof MessagingException next; cause = next.getNextException()) {
            reason = cause instanceof SMTPAddressFailedException || reason == null ? cause.getMessage() : reason;
        }
        String line = BREAKS.matcher(String.valueOf(reason))
                .replaceAll(" ")
                .strip()
                .replace(mail.recipient(), "the recipient");
        return line.substring(0, Math.min(LONGEST_REASON, line.length()));
    }
}
