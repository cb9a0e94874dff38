package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.mail.MailSettings;
import java.util.Optional;

/** Hands mails over, one at a time. */
public interface MailTransport {
    /**
     * Hands a mail over; returns when the next server, or the disk, has it.
     *
     * @throws DeliveryException when it was not taken, or nobody knows
     */
    void deliver(OutgoingMail mail) throws DeliveryException;

    /** What these settings say; empty if there is no mail. */
    static Optional<MailTransport> of(Settings settings) {
        MailSettings mail = settings.mail();
        if (mail.files()) {
            return Optional.of(new FileTransport(settings.home(), mail.from()));
        }
        return mail.server()
                .map(server -> new SmtpTransport(
                        server.isJndi() ? new NamedSession(mail) : new ConfiguredSession(mail, server), mail.from()));
    }
}
