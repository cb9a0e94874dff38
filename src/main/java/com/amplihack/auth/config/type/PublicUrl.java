package com.amplihack.auth.config.type;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The URL under which clients reach this service, through whatever proxies ({@code auth.public.url}).
 *
 * @param origin a canonical {@link Origin}, {@code https} or {@code http}
 * @param path prefix of this service's paths, such as {@code /sso}; may be empty
 */
public record PublicUrl(String origin, String path) {
    private static final int MAX_PATH_LENGTH = 256;

    /** Only unreserved characters (RFC 3986 section 2.3), as the path goes into cookies and {@code Location}. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]+");

    /** Empty unless it is a plain http or https URL without query and fragment. */
    public static Optional<PublicUrl> parse(String value) {
        try {
            URI url = new URI(value);
            boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (!web || url.getRawAuthority() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
                return Optional.empty();
            }
            return withoutTrailingSlash(url.getRawPath())
                    .flatMap(path -> Origin.canonical(url.getScheme() + "://" + url.getRawAuthority())
                            .map(origin -> new PublicUrl(origin, path)));
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** Removes a trailing slash from a path prefix; empty unless all its segments are plain (no encoding, no dots). */
    public static Optional<String> withoutTrailingSlash(String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        boolean plain = path.isEmpty()
                || (path.startsWith("/")
                        && Arrays.stream(path.substring(1).split("/", -1)).allMatch(PublicUrl::isPlain));
        return plain && path.length() <= MAX_PATH_LENGTH ? Optional.of(path) : Optional.empty();
    }

    private static boolean isPlain(String segment) {
        return SEGMENT.matcher(segment).matches() && !segment.equals(".") && !segment.equals("..");
    }
}
