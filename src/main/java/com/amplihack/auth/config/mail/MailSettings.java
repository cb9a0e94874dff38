package com.amplihack.auth.config.mail;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.PublicUrl;
import java.util.Optional;

/**
 * Mail to users.
 *
 * @param server empty if there is none: in development mails become files then, in production there are none
 * @param from whom mails come from
 * @param language {@code en} or {@code de}, of mails to accounts without a language
 * @param limit mails per recipient and hour, of those with a link and of notices each; 0 for any number
 * @param linkBase what links begin with, without a slash at the end
 * @param files whether mails become files, as in development without a server
 */
public record MailSettings(
        Optional<MailServer> server,
        Optional<String> user,
        Optional<Secret> password,
        MailSender from,
        MailTls tls,
        String language,
        int limit,
        String linkBase,
        boolean files) {
    private static final String DEVELOPMENT = "http://localhost:8080";
    private static final MailSender NOBODY = new MailSender("", "amplihack-auth@localhost");

    private static final Setting<MailServer> URL = Setting.of("auth.mail.url", MailServer.ALLOWED, MailServer::parse)
            .example("smtp://mail.example.com:587")
            .says("the mail server (docs/mail.md), by default at port 587 or 465; without it nothing that needs mail is"
                    + " offered, but in development mails become files under `auth.home/mail`. In production it needs"
                    + " `auth.public.url` too");
    private static final Setting<String> USER = Setting.text("auth.mail.user")
            .example("auth@example.com")
            .says("the user that signs in to the mail server");
    private static final Setting<Secret> PASSWORD = Setting.secret("auth.mail.password")
            .example("${ALIAS=auth-mail}")
            .says("the password of the mail server's user");
    private static final Setting<MailSender> FROM = Setting.of("auth.mail.from", MailSender.ALLOWED, MailSender::parse)
            .example("Example <auth@example.com>")
            .says("whom mails come from; must be set together with `auth.mail.url`");
    private static final Setting<MailTls> TLS = Setting.choice("auth.mail.tls", MailTls.class)
            .byDefault("required")
            .says(
                    "`required`: nothing is sent without TLS, and to `smtp://` that is STARTTLS; `offered`: TLS if the server"
                            + " offers it; `off`. The server's certificate and name are verified whenever there is TLS");
    private static final Setting<Language> LANGUAGE = Setting.choice("auth.mail.language", Language.class)
            .byDefault("en")
            .live()
            .says("the language of mails to accounts that have none of their own");
    private static final Setting<Integer> LIMIT = Setting.integer("auth.mail.limit", "mails", 0, 10_000)
            .byDefault("10")
            .live()
            .says(
                    "how many mails with a link, and how many notices, one recipient gets within an hour: more links are not"
                            + " sent, more notices wait; 0 for any number");

    private enum Language {
        EN,
        DE
    }

    /**
     * Reads and validates the settings of mail.
     *
     * @throws InvalidSettingException if they do not fit together
     */
    public static MailSettings read(SettingsReader from, boolean production, Optional<PublicUrl> publicUrl) {
        Optional<MailServer> server = from.find(URL);
        Optional<MailSender> sender = from.find(FROM);
        MailSettings settings = new MailSettings(
                server,
                from.find(USER),
                from.find(PASSWORD),
                sender.orElse(NOBODY),
                from.read(TLS),
                from.read(LANGUAGE) == Language.DE ? "de" : "en",
                from.read(LIMIT),
                publicUrl.map(url -> url.origin() + url.path()).orElse(DEVELOPMENT),
                server.isEmpty() && !production);
        server.ifPresent(given -> settings.requireConsistent(given, sender.isPresent()));
        if (production && server.isPresent()) {
            requireLinks(publicUrl, settings.tls);
        }
        return settings;
    }

    private void requireConsistent(MailServer given, boolean hasSender) {
        if (!hasSender) {
            throw new InvalidSettingException(FROM.name() + " must be set together with " + URL.name());
        }
        if (user.isPresent() != password.isPresent()) {
            throw new InvalidSettingException(USER.name() + " and " + PASSWORD.name() + " must be set together");
        }
        if (given.isJndi() && user.isPresent()) {
            throw new InvalidSettingException(
                    USER.name() + " must not be set when " + URL.name() + " names a mail session, which has its own");
        }
        if (given.isImplicitTls() && tls == MailTls.OFF) {
            throw new InvalidSettingException(TLS.name() + " must not be off when " + URL.name() + " is smtps://");
        }
        if (user.isPresent() && !given.isImplicitTls() && tls == MailTls.OFF) {
            throw new InvalidSettingException(TLS.name() + " must not be off when " + USER.name()
                    + " is set: the password would be sent in the clear");
        }
    }

    private static void requireLinks(Optional<PublicUrl> publicUrl, MailTls tls) {
        String origin = publicUrl
                .map(PublicUrl::origin)
                .orElseThrow(() -> new InvalidSettingException("auth.public.url must be set together with " + URL.name()
                        + ": the links in mails begin with it"));
        if (!origin.startsWith("https://") && tls != MailTls.OFF) {
            throw new InvalidSettingException("auth.public.url must begin with https:// when " + URL.name()
                    + " is set (unless " + TLS.name() + " is off): the links in mails hold tokens");
        }
    }

    /** Whether mails can be sent, or become files. */
    public boolean isAvailable() {
        return server.isPresent() || files;
    }
}
