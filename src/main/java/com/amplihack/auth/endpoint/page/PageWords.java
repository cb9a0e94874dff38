package com.amplihack.auth.endpoint.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of pages that the server writes, and the places {@code {{name}}} for them. */
final class PageWords {
    /** The first one is for everybody else. */
    static final List<String> LANGUAGES = List.of("en", "de");

    private static final int LONGEST_HEADER = 256;
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z_.]+)}}");
    private static final Map<String, Properties> BUNDLES = new ConcurrentHashMap<>();

    private PageWords() {}

    /** The language of ours that an {@code Accept-Language} prefers (RFC 9110 section 12.5.4). */
    static String language(Optional<String> accepted) {
        try {
            return accepted.filter(header -> header.length() <= LONGEST_HEADER)
                    .map(Locale.LanguageRange::parse)
                    .map(ranges -> Locale.lookupTag(ranges, LANGUAGES))
                    .orElse(LANGUAGES.get(0));
        } catch (IllegalArgumentException malformed) {
            return LANGUAGES.get(0);
        }
    }

    /** Fills every place with its value, which is escaped, or with its words. */
    static String fill(String template, String language, Map<String, String> values) {
        return PLACE.matcher(template)
                .replaceAll(place -> Matcher.quoteReplacement(
                        escaped(values.getOrDefault(place.group(1), words(language, place.group(1))))));
    }

    /** The words for a key, with values in their places, not escaped. */
    static String words(String language, String key, Map<String, String> values) {
        return PLACE.matcher(words(language, key))
                .replaceAll(place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), "")));
    }

    private static String words(String language, String key) {
        return BUNDLES.computeIfAbsent(language, PageWords::bundle).getProperty(key, "");
    }

    static Properties bundle(String language) {
        String name = "/pages/messages_" + language + ".properties";
        try (InputStream bytes = Objects.requireNonNull(PageWords.class.getResourceAsStream(name), name);
                Reader text = new InputStreamReader(bytes, StandardCharsets.UTF_8)) {
            Properties bundle = new Properties();
            bundle.load(text);
            return bundle;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
