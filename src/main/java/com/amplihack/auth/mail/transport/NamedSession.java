package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.mail.MailServer;
import com.amplihack.auth.config.mail.MailSettings;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** A mail session of the application server, which has host, user and password. */
final class NamedSession implements MailSession {
    private final MailSettings settings;
    private final String name;

    NamedSession(MailSettings settings) {
        this.settings = settings;
        name = settings.server().map(MailServer::host).orElseThrow();
    }

    @Override
    @SuppressWarnings("BanJNDI") // the administrator names it, and only java: and mail/ are taken: nothing is fetched
    public Session open(DeadlineSockets sockets, boolean international) throws DeliveryException {
        try {
            if (new InitialContext().lookup(name) instanceof Session session) {
                String protocol = Optional.ofNullable(session.getProperty("mail.transport.protocol"))
                        .orElse("smtp");
                SessionProperties.apply(session.getProperties(), protocol, settings.tls(), sockets, international);
                return session;
            }
            throw new DeliveryException(
                    DeliveryException.Fault.SERVER, "auth.mail.url: " + name + " is no mail session");
        } catch (NamingException none) {
            throw new DeliveryException(
                    DeliveryException.Fault.SERVER, "auth.mail.url: the server has no mail session " + name, none);
        }
    }

    @Override
    public void connect(Transport transport) throws MessagingException {
        transport.connect();
    }
}
