package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.SettingsReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Optional;
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

    /** Unreserved characters alone (RFC 3986 section 2.3): the path stands in cookies and in {@code Location}. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]+");

    public static Optional<PublicUrl> read(SettingsReader from) {
        return from.find(NAME).map(value -> parse(value)
                .orElseThrow(() -> SettingsReader.refuse(
                        NAME,
                        "an http or https URL such as https://example.com/sso, without query or fragment",
                        value)));
    }

    private static Optional<PublicUrl> parse(String value) {
        try {
            URI url = new URI(value);
            boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (!web || url.getRawAuthority() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
                return Optional.empty();
            }
            return withoutSlash(url.getRawPath())
                    .flatMap(path -> Origin.canonical(url.getScheme() + "://" + url.getRawAuthority())
                            .map(origin -> new PublicUrl(origin, path)));
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /**
     * A path that can stand in front of ours, without the slash at its end: segments that nobody decodes or resolves, or
     * none at all. Empty for any other text.
     */
    public static Optional<String> withoutSlash(String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        boolean plain = path.isEmpty()
                || (path.startsWith("/")
                        && Arrays.stream(path.substring(1).split("/", -1)).allMatch(PublicUrl::isPlain));
        return plain && path.length() <= LONGEST_PATH ? Optional.of(path) : Optional.empty();
    }

    private static boolean isPlain(String segment) {
        return SEGMENT.matcher(segment).matches() && !segment.equals(".") && !segment.equals("..");
    }
}
