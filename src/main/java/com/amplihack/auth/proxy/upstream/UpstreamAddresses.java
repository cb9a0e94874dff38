package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.config.type.AddressRanges;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows the client the addresses in an upstream's headers as it can use them: the upstream's own below our path, public
 * ones of others as they are, and none that is private.
 */
public final class UpstreamAddresses {
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

    /** Names that the public DNS does not know (RFC 6761, RFC 6762, RFC 8375, and by custom). */
    private static final Pattern PRIVATE_NAME = Pattern.compile(
            "[^.]+|.*\\.(internal|intranet|private|corp|home|lan|local|localhost|localdomain|home\\.arpa|svc)");

    /** What ends so is no name (RFC 3696 section 2), but perhaps an address in a spelling of its own. */
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)");

    private static final Pattern LINK = Pattern.compile("<([^<>]*)>");

    private final URI base;
    private final URI requested;
    private final String mount;

    /**
     * @param base the upstream's URL, without a slash at its end
     * @param path what was asked for, behind the base, with the query
     * @param mount the path of ours that stands for the base
     */
    public UpstreamAddresses(URI base, String path, String mount) {
        this.base = base;
        this.requested = URI.create(base + path);
        this.mount = mount;
    }

    /**
     * The reference (RFC 3986 section 4.1) as the client may see it.
     *
     * @return empty for one that leads nowhere from where the client is, or that tells of a private address
     */
    Optional<String> shown(String reference) {
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
            return isBase(target) ? below(target) : Optional.empty();
        }
        return isPublic(host) && target.getRawUserInfo() == null ? Optional.of(reference) : Optional.empty();
    }

    /** The same for each target of a {@code Link} header (RFC 8288 section 3); one that cannot be shown takes all along. */
    Optional<String> shownLinks(String header) {
        StringBuilder shown = new StringBuilder();
        Matcher links = LINK.matcher(header);
        while (links.find()) {
            Optional<String> target = shown(links.group(1));
            if (target.isEmpty()) {
                return Optional.empty();
            }
            links.appendReplacement(shown, Matcher.quoteReplacement('<' + target.get() + '>'));
        }
        links.appendTail(shown);
        // an anchor is an address too, and nobody needs it here
        return LINK.matcher(header).replaceAll("").contains("//") ? Optional.empty() : Optional.of(shown.toString());
    }

    private boolean isBase(URI target) {
        return target.getScheme().equalsIgnoreCase(base.getScheme()) && port(target) == port(base);
    }

    private Optional<String> below(URI target) {
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

    /** In lower case, without a root's dot and an IPv6 address' brackets. */
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
