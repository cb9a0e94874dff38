package com.amplihack.auth.config.type;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Normalizes a web origin as browsers serialize it (RFC 6454 section 6.2): lower case, without the default port. */
public final class Origin {
    /**
     * Allows schemes of apps ({@code capacitor://localhost}) and underscores in hosts, which {@link java.net.URI} rejects.
     */
    private static final Pattern FORM =
            Pattern.compile("([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\\[[0-9a-f:.]+])(?::([0-9]{1,5}))?");

    private static final Map<String, Integer> DEFAULT_PORTS = Map.of("http", 80, "https", 443);
    private static final int LAST_PORT = 65_535;

    private Origin() {}

    /** Empty if the text is not an origin with a host, such as {@code null}, {@code *} or a URL with a path. */
    public static Optional<String> canonical(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String scheme = matcher.group(1);
        String withoutPort = scheme + "://" + matcher.group(2);
        if (matcher.group(3) == null) {
            return Optional.of(withoutPort);
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port < 1 || port > LAST_PORT) {
            return Optional.empty();
        }
        return Optional.of(port == DEFAULT_PORTS.getOrDefault(scheme, 0) ? withoutPort : withoutPort + ":" + port);
    }
}
