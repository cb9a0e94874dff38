package com.amplihack.auth.config.mail;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who takes the mails: an SMTP server, or a mail session of the application server.
 *
 * @param protocol {@code smtp} or {@code smtps} (TLS from the first byte, RFC 8314); {@code jndi} for a mail session
 * @param host of the SMTP server, or the session's JNDI name
 * @param port 0 for a mail session
 */
public record MailServer(String protocol, String host, int port) {
    static final String ALLOWED =
            "smtp://host:port, smtps://host:port, or the JNDI name of a mail session (mail/… or java:…)";

    private static final String JNDI = "jndi";
    private static final Pattern JNDI_NAME = Pattern.compile("(mail/|java:)[A-Za-z0-9_./-]{1,200}");
    private static final int SUBMISSION = 587; // RFC 6409
    private static final int SUBMISSIONS = 465; // RFC 8314

    static Optional<MailServer> parse(String value) {
        if (JNDI_NAME.matcher(value).matches()) {
            return Optional.of(new MailServer(JNDI, value, 0));
        }
        try {
            URI uri = new URI(value);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean smtp = scheme.equals("smtp") || scheme.equals("smtps");
            boolean plain = uri.getUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawPath() != null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("smtps") ? SUBMISSIONS : SUBMISSION;
            return smtp && plain && uri.getHost() != null && port > 0 && port <= 65_535
                    ? Optional.of(new MailServer(scheme, uri.getHost(), port))
                    : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    public boolean isJndi() {
        return protocol.equals(JNDI);
    }

    /** Whether the connection begins with TLS. */
    public boolean isImplicitTls() {
        return protocol.equals("smtps");
    }
}
