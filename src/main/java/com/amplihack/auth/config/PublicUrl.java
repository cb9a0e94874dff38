package com.amplihack.auth.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code auth.public.url}: the address that people use, whatever proxies in front make of it.
 *
 * @param origin as {@link Origin} writes it, {@code https} or {@code http}
 * @param path what stands in front of our own paths, such as {@code /sso}; the empty string when nothing does
 */
public record PublicUrl(String origin, String path) {
    private static final String NAME = "auth.public.url";
    private static final int LONGEST_PATH = 256;

    private static final Pattern URL = Pattern.compile("((?i:https?)://[^/]+)((?:/[^/]+)*)/?");

    /** Unreserved characters alone (RFC 3986 section 2.3): the path stands in cookies and in {@code Location}. */
    private static final Pattern PATH = Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*");

    static Optional<PublicUrl> read(SettingsReader from) {
        return from.find(NAME).map(value -> parse(value)
                .orElseThrow(() -> SettingsReader.refuse(
                        NAME,
                        "an http or https URL such as https://example.com/sso, without query or fragment",
                        value)));
    }

    private static Optional<PublicUrl> parse(String value) {
        Matcher url = URL.matcher(value);
        if (!url.matches() || !isPath(url.group(2))) {
            return Optional.empty();
        }
        return Origin.canonical(url.group(1)).map(origin -> new PublicUrl(origin, url.group(2)));
    }

    /** Whether the text can stand in front of our paths: the empty string, or segments that nobody decodes or resolves. */
    public static boolean isPath(String text) {
        return text.length() <= LONGEST_PATH && PATH.matcher(text).matches();
    }
}
