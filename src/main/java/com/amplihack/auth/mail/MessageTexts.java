package com.amplihack.auth.mail;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.mail.MailSettings;
import com.amplihack.auth.mail.transport.OutgoingMail;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes mails from the message bundles, as text and as HTML without images, styles of others or anything that is loaded.
 * Whatever comes from outside is escaped, keeps to its line, and never becomes a link.
 */
final class MessageTexts {
    private static final List<String> LANGUAGES = List.of("en", "de");
    private static final String ENGLISH = "en";

    /** The parameters that a mail lists, in this order; others are for its sentences, or for nobody. */
    private static final List<String> DETAILS = List.of(
            "time",
            "ip_address",
            "device",
            "name",
            "key",
            "expires_at",
            "budget",
            "used",
            "window",
            "resets_at",
            "method");

    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    /** Control characters, line and paragraph separators, and what turns the direction of writing. */
    private static final Pattern UNPRINTABLE =
            Pattern.compile("[\\p{Cntrl}\\u2028\\u2029\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFEFF]+");

    /** What mail programs make links of. */
    private static final Pattern LINK_LIKE = Pattern.compile("(?<=[\\p{L}\\p{N}-])\\.(?=\\p{L})|:(?=//)|(?<=mailto):");

    private static final String BREAK = "\u200B"; // of no width

    private final Configuration configuration;
    private final Map<String, Properties> bundles;

    MessageTexts(Configuration configuration) {
        this.configuration = configuration;
        bundles = Map.of(ENGLISH, bundle(ENGLISH), "de", bundle("de"));
    }

    private static Properties bundle(String language) {
        String name = "/mail/messages_" + language + ".properties";
        try (InputStream bytes = Objects.requireNonNull(MessageTexts.class.getResourceAsStream(name), name);
                Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8)) {
            Properties bundle = new Properties();
            bundle.load(text);
            return bundle;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @param token for the link of a mail that has one */
    OutgoingMail write(OutboxEntry entry, Optional<String> token) {
        MailSettings settings = configuration.settings().mail();
        Mail mail = entry.mail();
        String language = mail.language().filter(LANGUAGES::contains).orElse(settings.language());
        Optional<String> link = token.map(secret ->
                settings.linkBase() + "/link.html#" + mail.kind().link().orElseThrow() + "=" + secret);
        Text text = new Text(Objects.requireNonNull(bundles.get(language)), mail, service(settings), link);
        return new OutgoingMail(
                entry.id(),
                mail.kind().id(),
                mail.recipient(),
                language,
                entry.createdAt(),
                text.subject(),
                text.plain(),
                text.html(language),
                link);
    }

    /** What recipients know the service by. */
    private static String service(MailSettings settings) {
        String name = settings.from().name();
        return name.isEmpty() ? settings.linkBase().replaceFirst("^https?://", "") : name;
    }

    /** Without control characters, and not longer than that. */
    static String oneLine(String value, int longest) {
        String line = UNPRINTABLE.matcher(value).replaceAll(" ").strip();
        return line.codePointCount(0, line.length()) <= longest
                ? line
                : line.substring(0, line.offsetByCodePoints(0, longest - 1)) + "…";
    }

    /** The same to the eye, of which no mail program makes a link. */
    static String withoutLinks(String value) {
        return LINK_LIKE.matcher(value).replaceAll("$0" + BREAK);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    /** One mail's texts in one language. */
    private record Text(Properties bundle, Mail mail, String service, Optional<String> link) {
        String subject() {
            return filled(message(mail.kind().id() + ".subject"), UnaryOperator.identity());
        }

        String plain() {
            StringBuilder text = new StringBuilder();
            paragraphs(UnaryOperator.identity())
                    .forEach(paragraph -> text.append(paragraph).append("\n\n"));
            List<String> details = details(UnaryOperator.identity());
            if (!details.isEmpty()) {
                text.append(String.join("\n", details)).append("\n\n");
            }
            link.ifPresent(url -> text.append(url).append("\n\n"));
            return text.append(closing(UnaryOperator.identity())).append('\n').toString();
        }

        String html(String language) {
            StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"" + language
                    + "\"><head><meta charset=\"utf-8\"><title>" + escaped(subject()) + "</title></head><body>\n");
            paragraphs(MessageTexts::escaped)
                    .forEach(paragraph -> html.append("<p>").append(paragraph).append("</p>\n"));
            List<String> details = details(MessageTexts::escaped);
            if (!details.isEmpty()) {
                html.append("<p>").append(String.join("<br>\n", details)).append("</p>\n");
            }
            link.map(MessageTexts::escaped).ifPresent(url -> html.append("<p><a rel=\"noreferrer\" href=\"")
                    .append(url)
                    .append("\">")
                    .append(url)
                    .append("</a></p>\n"));
            return html.append("<p>")
                    .append(closing(MessageTexts::escaped))
                    .append("</p>\n</body></html>\n")
                    .toString();
        }

        private List<String> paragraphs(UnaryOperator<String> escape) {
            boolean named = mail.parameters().containsKey("username");
            List<String> paragraphs = new ArrayList<>();
            paragraphs.add(filled(message(named ? "greeting.named" : "greeting"), escape));
            paragraphs.add(filled(message(mail.kind().id() + ".text"), escape));
            return paragraphs;
        }

        private List<String> details(UnaryOperator<String> escape) {
            return DETAILS.stream()
                    .filter(mail.parameters()::containsKey)
                    .map(name -> escape.apply(message("detail." + name)) + ": " + value(name, escape))
                    .toList();
        }

        private String closing(UnaryOperator<String> escape) {
            return filled(message(mail.kind().id() + ".closing"), escape);
        }

        private String message(String key) {
            return Objects.requireNonNull(bundle.getProperty(key), key);
        }

        /** Fills the places of a message in one pass: a value is never read for places again. */
        private String filled(String message, UnaryOperator<String> escape) {
            Matcher places = PLACE.matcher(escape.apply(message));
            return places.replaceAll(place -> Matcher.quoteReplacement(value(place.group(1), escape)));
        }

        private String value(String name, UnaryOperator<String> escape) {
            String given = name.equals("service") ? service : mail.parameters().getOrDefault(name, "–");
            String word = bundle.getProperty("value." + name + "." + given); // of those that have a fixed set of values
            return escape.apply(word == null ? withoutLinks(given) : word);
        }
    }
}
