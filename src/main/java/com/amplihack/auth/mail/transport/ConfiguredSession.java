package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.mail.MailServer;
import com.amplihack.auth.config.mail.MailSettings;
import com.amplihack.auth.config.source.Secret;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The mail server of {@code auth.mail.url}. */
final class ConfiguredSession implements MailSession {
    private final MailSettings settings;
    private final MailServer server;

    ConfiguredSession(MailSettings settings, MailServer server) {
        this.settings = settings;
        this.server = server;
    }

    @Override
    public Session open(DeadlineSockets sockets, boolean international) {
        Properties properties = new Properties();
        String protocol = server.protocol();
        properties.setProperty("mail.transport.protocol", protocol);
        properties.setProperty(
                "mail." + protocol + ".auth", Boolean.toString(settings.user().isPresent()));
        SessionProperties.apply(properties, protocol, settings.tls(), sockets, international);
        return Session.getInstance(properties);
    }

    @Override
    public void connect(Transport transport) throws MessagingException {
        @Nullable String user = settings.user().orElse(null);
        @Nullable String password = settings.password().map(Secret::reveal).orElse(null);
        transport.connect(server.host(), server.port(), user, password);
    }
}
