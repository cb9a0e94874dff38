package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.config.type.AddressRanges;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites the URLs in an upstream's headers for the client: the upstream's own to our path, other public ones
 * unchanged; private ones are dropped.
 */
public final class UrlRewriter {
    private static final AddressRanges PRIVATE = AddressRanges.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "224.0.0.0/3",
            "::/127",
            "64:ff9b::/96",
            "fc00::/7",
            "fe80::/10",
            "ff00::/8");

    /** Names outside the public DNS (RFC 6761, RFC 6762, RFC 8375, and by convention). */
    private static final Pattern PRIVATE_NAME = Pattern.compile(
            "[^.]+|.*\\.(internal|intranet|private|corp|home|lan|local|localhost|localdomain|home\\.arpa|svc)");

    /** Numeric in its last label, so no name (RFC 3696 section 2) but possibly an unusual spelling of an address. */
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)");

    private static final Pattern LINK = Pattern.compile("<([^<>]*)>");

    private final URI base;
    private final String path;
    private final String mount;

    /**
     * Rewrites the addresses in the answer to one request.
     *
     * @param base the upstream's URL without a trailing slash
     * @param path the requested path below the base, with the query
     * @param mount our public path that maps to the base
     */
    public UrlRewriter(URI base, String path, String mount) {
        this.base = base;
        this.path = path;
        this.mount = mount;
    }

    /**
     * Rewrites a URI reference (RFC 3986 section 4.1).
     *
     * @return empty if the client cannot reach it, or if it discloses a private address
     */
    Optional<String> rewrite(String reference) {
        URI requested = URI.create(base + path);
        URI target;
        try {
            String text = reference.strip();
            // the JDK resolves a bare query as RFC 2396 did
            target = requested
                    .resolve(new URI(text.startsWith("?") ? requested.getRawPath() + text : text))
                    .normalize();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
        if (target.getHost() == null || !isHttp(target.getScheme())) {
            return Optional.empty();
        }
        String host = host(target);
        if (host.equals(host(base))) {
            return isBase(target) ? belowMount(target) : Optional.empty();
        }
        return isPublic(host) && target.getRawUserInfo() == null ? Optional.of(reference) : Optional.empty();
    }

    /**
     * Rewrites every target of a {@code Link} header (RFC 8288 section 3), or drops the header if one must be dropped.
     */
    Optional<String> rewriteLinks(String header) {
        StringBuilder rewritten = new StringBuilder();
        Matcher links = LINK.matcher(header);
        while (links.find()) {
            Optional<String> target = rewrite(links.group(1));
            if (target.isEmpty()) {
                return Optional.empty();
            }
            links.appendReplacement(rewritten, Matcher.quoteReplacement('<' + target.get() + '>'));
        }
        links.appendTail(rewritten);
        // an anchor parameter may be a URL too: drop the header
        return LINK.matcher(header).replaceAll("").contains("//")
                ? Optional.empty()
                : Optional.of(rewritten.toString());
    }

    private boolean isBase(URI target) {
        return target.getScheme().equalsIgnoreCase(base.getScheme()) && port(target) == port(base);
    }

    private Optional<String> belowMount(URI target) {
        String path = target.getRawPath();
        String root = base.getRawPath();
        boolean inside = path.equals(root) || path.startsWith(root + "/");
        if (!inside || !ForwardedPath.isUnambiguous(path)) {
            return Optional.empty();
        }
        return Optional.of(mount
                + path.substring(root.length())
                + (target.getRawQuery() == null ? "" : '?' + target.getRawQuery())
                + (target.getRawFragment() == null ? "" : '#' + target.getRawFragment()));
    }

    private static boolean isHttp(String scheme) {
        return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
    }

    /** In lower case, without a trailing dot and the brackets of an IPv6 address. */
    private static String host(URI uri) {
        return uri.getHost().toLowerCase(Locale.ROOT).replaceFirst("\\.$", "").replaceAll("[\\[\\]]", "");
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static boolean isPublic(String host) {
        return AddressRanges.isAddress(host)
                ? !PRIVATE.contains(host)
                : !NUMBER.matcher(host).matches() && !PRIVATE_NAME.matcher(host).matches();
    }
}
