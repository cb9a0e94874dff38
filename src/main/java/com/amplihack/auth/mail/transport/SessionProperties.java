package com.amplihack.auth.mail.transport;

import com.amplihack.auth.config.mail.MailTls;
import java.util.Properties;

/** The properties of a mail session that bound its time and demand TLS. */
final class SessionProperties {
    private static final String CONNECT_MILLIS = "10000";
    private static final String ANSWER_MILLIS = "20000"; // each; the deadline of the whole is that of DeadlineSockets

    private SessionProperties() {}

    /** @param protocol {@code smtp} or {@code smtps} */
    static void apply(
            Properties properties, String protocol, MailTls tls, DeadlineSockets sockets, boolean international) {
        String prefix = "mail." + protocol + ".";
        properties.setProperty(prefix + "connectiontimeout", CONNECT_MILLIS);
        properties.setProperty(prefix + "timeout", ANSWER_MILLIS);
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        properties.setProperty(prefix + "quitwait", "false"); // the mail has been taken then
        properties.setProperty(prefix + "sendpartial", "false");
        properties.setProperty(prefix + "allow8bitmime", "false");
        properties.setProperty("mail.mime.allowutf8", Boolean.toString(international));
        boolean tlsFromTheStart =
                protocol.equals("smtps") || Boolean.parseBoolean(properties.getProperty(prefix + "ssl.enable"));
        if (!tlsFromTheStart) {
            properties.setProperty(prefix + "starttls.enable", Boolean.toString(tls != MailTls.OFF));
            properties.setProperty(prefix + "starttls.required", Boolean.toString(tls == MailTls.REQUIRED));
        }
        properties.setProperty(prefix + "socketFactory.fallback", "false"); // to a connection without a deadline
        properties.put(prefix + "socketFactory", sockets.plain());
        properties.put(prefix + "ssl.socketFactory", sockets.tls());
    }
}
