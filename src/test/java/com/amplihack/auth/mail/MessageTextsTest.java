package com.amplihack.auth.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.mail.transport.OutgoingMail;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTextsTest {
    private static final Pattern LINK = Pattern.compile("https?:|www\\.|href|mailto:", Pattern.CASE_INSENSITIVE);
    private static final Map<String, String> EVERYTHING = Map.ofEntries(
            Map.entry("username", "ada"),
            Map.entry("time", "2026-06-01T12:00:00Z"),
            Map.entry("ip_address", "203.0.113.9"),
            Map.entry("device", "Firefox/140"),
            Map.entry("name", "laptop"),
            Map.entry("key", "0123456789abcdef"),
            Map.entry("expires_at", "2026-07-01T12:00:00Z"),
            Map.entry("budget", "100 tokens"),
            Map.entry("used", "81"),
            Map.entry("window", "month"),
            Map.entry("resets_at", "2026-07-01T00:00:00Z"),
            Map.entry("method", "administrator"));

    private static OutgoingMail write(
            MailKind kind, Optional<String> language, Map<String, String> parameters, String... settings) {
        Map<String, String> all = new HashMap<>(
                Map.of("auth.mail.url", "smtp://localhost:1", "auth.mail.from", "Beispiel & Söhne <auth@example.com>"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        MessageTexts texts = new MessageTexts(new Configuration(TestSettings.dev(Path.of("/nowhere"), all)));
        Mail mail = new Mail(kind, "ada@example.org", language, "id", parameters);
        OutboxEntry entry = new OutboxEntry("4f1c", mail, Instant.EPOCH, Instant.EPOCH, 0);
        return texts.write(entry, kind.link().map(name -> "SECRET"));
    }

    @ParameterizedTest
    @EnumSource
    void everyMailSaysInBothLanguagesWhatHappenedAndOnlyAskedForOnesHaveALink(MailKind kind) {
        for (String language : new String[] {"en", "de"}) {
            OutgoingMail mail = write(kind, Optional.of(language), EVERYTHING);
            for (String text : new String[] {mail.subject(), mail.text(), mail.html()}) {
                assertFalse(text.contains("{"), text);
                assertFalse(text.contains("–"), text);
            }
            assertTrue(mail.text().contains("Beispiel & Söhne"), mail.text());
            assertTrue(mail.html().contains("Beispiel &amp; Söhne"), mail.html());
            assertTrue(mail.html().startsWith("<!DOCTYPE html>\n<html lang=\"" + language + "\">"), mail.html());
            assertFalse(
                    Pattern.compile("<(img|link|style|script|iframe|form)|url\\(|src=")
                            .matcher(mail.html())
                            .find(),
                    mail.html());
            String link = "http://localhost:8080/link.html#" + kind.link().orElse("") + "=SECRET";
            if (kind.link().isPresent()) {
                assertTrue(mail.text().contains("\n" + link + "\n"), mail.text());
                assertTrue(mail.html().contains("href=\"" + link + "\""), mail.html());
                assertFalse(mail.subject().contains("SECRET"), mail.subject());
            } else {
                assertFalse(
                        LINK.matcher(mail.text() + mail.html() + mail.subject()).find(), mail.text());
            }
        }
    }

    @Test
    void germanMailsAreInGerman() {
        OutgoingMail mail = write(MailKind.PASSWORD_CHANGED, Optional.of("de"), EVERYTHING);
        assertEquals("Ihr Passwort für Beispiel & Söhne wurde geändert", mail.subject());
        assertTrue(mail.text().startsWith("Guten Tag ada,\n\nDas Passwort Ihres Kontos"), mail.text());
        assertTrue(mail.text().contains("\nZeit: 2026-06-01T12:00:00Z\n"), mail.text());
        assertTrue(mail.text().contains("\nWie: durch die Administration\n"), mail.text());
        assertEquals("de", mail.language());
    }

    @Test
    void anAccountWithoutALanguageGetsThatOfTheInstallation() {
        assertEquals(
                "en", write(MailKind.NEW_DEVICE, Optional.empty(), Map.of()).language());
        assertEquals(
                "en", write(MailKind.NEW_DEVICE, Optional.of("xx"), Map.of()).language());
        assertEquals(
                "de",
                write(MailKind.NEW_DEVICE, Optional.empty(), Map.of(), "auth.mail.language", "de")
                        .language());
    }

    @Test
    void linksBeginWithThePublicAddressAlone() {
        OutgoingMail mail = write(
                MailKind.PASSWORD_RESET, Optional.empty(), EVERYTHING, "auth.public.url", "https://id.example/sso/");
        assertEquals(Optional.of("https://id.example/sso/link.html#reset=SECRET"), mail.link());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><a href='https://evil.example'>click</a>",
                "see https://evil.example/confirm",
                "evil.example",
                "www.evil.example",
                "mailto:evil@evil.example",
                "{link}{service}",
                "$1\\",
                "two\r\nlines: \u2028 and\u0000 more",
                "\u202Etxet"
            })
    void whatComesFromOutsideIsTextOnOneLineAndNoLink(String hostile) {
        String value = MessageTexts.oneLine(hostile, 200);
        OutgoingMail mail =
                write(MailKind.API_KEY_CREATED, Optional.of("en"), Map.of("name", value, "username", value));
        OutgoingMail harmless =
                write(MailKind.API_KEY_CREATED, Optional.of("en"), Map.of("name", "x", "username", "x"));
        assertEquals(harmless.text().lines().count(), mail.text().lines().count(), mail.text());
        assertEquals(
                harmless.html().chars().filter(c -> c == '<' || c == '>').count(),
                mail.html().chars().filter(c -> c == '<' || c == '>').count(),
                mail.html());
        assertFalse(
                Pattern.compile("https?://|www\\.evil|evil\\.example|mailto:evil")
                        .matcher(mail.text())
                        .find(),
                mail.text());
        assertFalse(mail.text().contains("SECRET"));
        assertFalse(mail.text().contains("\u202E"), mail.text());
    }

    @Test
    void longValuesAreCutBetweenCharacters() {
        assertEquals("😀😀…", MessageTexts.oneLine("😀".repeat(9), 3));
        assertEquals("😀😀😀", MessageTexts.oneLine("😀".repeat(3), 3));
    }
}
