package com.amplihack.auth.gate;

import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.UserAgentHash;
import com.amplihack.auth.web.ClientContext;
import java.util.Optional;

/** Compares a request's address and user agent with those that its access token was issued to. */
final class Binding {
    private static final int IPV4_SUBNET_BITS = 24;

    private Binding() {}

    /** What differs; empty when nothing does. */
    static Optional<String> mismatch(AccessToken token, ClientContext client, TokenSettings settings) {
        boolean sameAddress =
                switch (settings.addressBinding()) {
                    case EXACT -> token.ip().equals(client.address());
                    case SUBNET ->
                        AddressRanges.network(token.ip(), IPV4_SUBNET_BITS)
                                .equals(AddressRanges.network(client.address(), IPV4_SUBNET_BITS));
                    case OFF -> true;
                };
        if (!sameAddress) {
            return Optional.of("address");
        }
        boolean sameAgent =
                switch (settings.userAgentBinding()) {
                    case EXACT, FAMILY ->
                        token.uaHash().equals(UserAgentHash.of(client.userAgent(), settings.userAgentBinding()));
                    case OFF -> true;
                };
        return sameAgent ? Optional.empty() : Optional.of("user_agent");
    }
}
