package com.amplihack.auth.web;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.AddressRanges;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** Resolves a request's client: address (behind trusted proxies only), user agent and request id. */
@Singleton
public class ClientResolver {
    public static final String REQUEST_ID = "X-Request-Id";

    private static final Logger LOG = Logger.getLogger(ClientResolver.class.getName());
    private static final Pattern WELL_FORMED_ID = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    private final Configuration configuration;

    /** The list of trusted proxies for which an untrusted one was logged. */
    private final AtomicReference<AddressRanges> warnedFor = new AtomicReference<>();

    @Inject
    public ClientResolver(Configuration configuration) {
        this.configuration = configuration;
    }

    public ClientContext resolve(HttpServletRequest request) {
        String given = request.getHeader(REQUEST_ID);
        boolean usable = given != null && WELL_FORMED_ID.matcher(given).matches();
        String userAgent = request.getHeader("User-Agent");
        return new ClientContext(
                address(request),
                userAgent == null ? "" : userAgent,
                usable ? given : UUID.randomUUID().toString());
    }

    /** Whether the peer itself is one of {@code auth.trusted.proxies}. */
    public boolean isFromTrustedProxy(HttpServletRequest request) {
        return isTrusted(peer(request));
    }

    /**
     * Whether the request was forwarded by an untrusted proxy or with contradictory headers. Its address is then the
     * peer's, which may be on the allowlist, so administration must refuse it.
     */
    public boolean isOriginUnknown(HttpServletRequest request) {
        return ForwardedClient.isClaimed(request)
                && (!isTrusted(peer(request))
                        || ForwardedClient.client(request, this::isTrusted).isEmpty());
    }

    /** Whether an untrusted proxy has sent forwarding headers since the list of trusted ones last changed. */
    @SuppressWarnings("ReferenceEquality") // a changed list is another object
    boolean sawUntrustedProxy() {
        return warnedFor.get() == trustedProxies();
    }

    private String address(HttpServletRequest request) {
        String peer = peer(request);
        if (!ForwardedClient.isClaimed(request)) {
            return peer;
        }
        if (!isTrusted(peer)) {
            warnOnce(peer);
            return peer;
        }
        return ForwardedClient.client(request, this::isTrusted).orElse(peer);
    }

    private boolean isTrusted(String address) {
        return trustedProxies().contains(address);
    }

    private AddressRanges trustedProxies() {
        return configuration.settings().web().trustedProxies();
    }

    @SuppressWarnings("ReferenceEquality") // a changed list is another object
    private void warnOnce(String peer) {
        AddressRanges trusted = trustedProxies();
        if (warnedFor.get() != trusted && warnedFor.getAndSet(trusted) != trusted) {
            LOG.log(
                    Level.WARNING,
                    "{0} sends Forwarded or X-Forwarded-For, but is not in auth.trusted.proxies: the header is ignored",
                    peer);
        }
    }

    /** Empty, and so in no list, if unknown because the server replaced the peer by a proxy's header. */
    private static String peer(HttpServletRequest request) {
        String address = request.getRemoteAddr();
        return address == null ? "" : AddressRanges.canonical(address);
    }
}
