package com.amplihack.auth.config.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailSettingsTest {
    private static final Map<String, String> GOOD = Map.of(
            "auth.mail.url", "smtp://mail.example.com",
            "auth.mail.from", "Example <auth@example.com>",
            "auth.public.url", "https://id.example/sso");

    private static MailSettings production(String... changes) {
        Map<String, String> settings = new HashMap<>(GOOD);
        for (int i = 0; i < changes.length; i += 2) {
            settings.put(changes[i], changes[i + 1]);
        }
        return TestSettings.production(Path.of("/srv/auth"), settings).mail();
    }

    private static String refusal(String... changes) {
        return String.valueOf(assertThrows(InvalidSettingException.class, () -> production(changes))
                .getMessage());
    }

    @Test
    void withoutAServerProductionHasNoMailAndDevelopmentHasFiles() {
        MailSettings none =
                TestSettings.production(Path.of("/srv/auth"), Map.of()).mail();
        assertFalse(none.isAvailable());
        MailSettings files = TestSettings.dev(Path.of("/srv/auth"), Map.of()).mail();
        assertTrue(files.isAvailable());
        assertTrue(files.files());
        assertEquals("http://localhost:8080", files.linkBase());
    }

    @Test
    void theDefaultsDemandTls() {
        assertEquals(
                new MailSettings(
                        Optional.of(new MailServer("smtp", "mail.example.com", 587)),
                        Optional.empty(),
                        Optional.empty(),
                        new MailSender("Example", "auth@example.com"),
                        MailTls.REQUIRED,
                        "en",
                        10,
                        "https://id.example/sso",
                        false),
                production());
    }

    @Test
    void everyNameIsRead() {
        assertEquals(
                new MailSettings(
                        Optional.of(new MailServer("smtps", "mail.example.com", 2465)),
                        Optional.of("user"),
                        Optional.of(Secret.of("secret")),
                        new MailSender("", "auth@example.com"),
                        MailTls.OFFERED,
                        "de",
                        0,
                        "https://id.example/sso",
                        false),
                production(
                        "auth.mail.url", "smtps://mail.example.com:2465",
                        "auth.mail.user", "user",
                        "auth.mail.password", "secret",
                        "auth.mail.from", "auth@example.com",
                        "auth.mail.tls", "offered",
                        "auth.mail.language", "DE",
                        "auth.mail.limit", "0"));
    }

    @ParameterizedTest
    @CsvSource({
        "smtp://mail.example.com:25, smtp, mail.example.com, 25",
        "SMTP://mail.example.com/, smtp, mail.example.com, 587",
        "smtps://mail.example.com, smtps, mail.example.com, 465",
        "mail/auth, jndi, mail/auth, 0",
        "java:app/mail/auth, jndi, java:app/mail/auth, 0"
    })
    void aServerIsAnAddressOrAName(String url, String protocol, String host, int port) {
        assertEquals(
                Optional.of(new MailServer(protocol, host, port)),
                production("auth.mail.url", url).server());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mail.example.com",
                "http://mail.example.com",
                "smtp://user:hunter2@mail.example.com",
                "smtp://mail.example.com/path",
                "smtp://mail.example.com?x=1",
                "smtp://mail.example.com:0",
                "smtp://mail.example.com:65536",
                "smtp://",
                "ldap://evil/x",
                "java:ldap://evil",
                "mail/"
            })
    void aBadServerIsRefused(String url) {
        assertTrue(refusal("auth.mail.url", url).startsWith("auth.mail.url must be smtp://host:port"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth",
                "auth@",
                "@example.com",
                "a@b@c",
                "Example auth@example.com",
                "Eve\r\nBcc: x <auth@example.com>",
                "a <b@c> <d@e>",
                "a@b\r\nx",
                "Grüße <grüße@example.com>"
            })
    void aBadSenderIsRefused(String from) {
        assertTrue(refusal("auth.mail.from", from).startsWith("auth.mail.from must be an address"));
    }

    @Test
    void aSenderMayHaveANameOfAnyScript() {
        assertEquals(
                new MailSender("Größe Жужа", "auth@example.com"),
                production("auth.mail.from", "Größe Жужа <auth@example.com>").from());
    }

    @Test
    void settingsThatDoNotFitTogetherAreRefused() {
        assertEquals("auth.mail.from must be set together with auth.mail.url", refusal("auth.mail.from", ""));
        assertEquals(
                "auth.mail.user and auth.mail.password must be set together", refusal("auth.mail.user", "somebody"));
        assertTrue(refusal("auth.mail.url", "mail/auth", "auth.mail.user", "u", "auth.mail.password", "p")
                .startsWith("auth.mail.user must not be set"));
        assertTrue(refusal("auth.mail.url", "smtps://mail.example.com", "auth.mail.tls", "off")
                .startsWith("auth.mail.tls must not be off"));
        assertTrue(refusal("auth.mail.tls", "off", "auth.mail.user", "u", "auth.mail.password", "hunter2")
                .endsWith("the password would be sent in the clear"));
        assertEquals(
                "auth.public.url must be set together with auth.mail.url: the links in mails begin with it",
                refusal("auth.public.url", ""));
        assertTrue(
                refusal("auth.public.url", "http://id.example").startsWith("auth.public.url must begin with https://"));
        assertEquals(
                "http://id.example",
                production("auth.public.url", "http://id.example", "auth.mail.tls", "off")
                        .linkBase());
    }

    @ParameterizedTest
    @CsvSource({"auth.mail.limit, -1", "auth.mail.limit, 10001", "auth.mail.tls, on", "auth.mail.language, fr"})
    void aBadValueIsRefusedByName(String name, String value) {
        assertTrue(refusal(name, value).startsWith(name + " must be "));
    }
}
