package com.amplihack.auth.signin;

import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.UserAgentBinding;
import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.token.UserAgentHash;
import com.amplihack.auth.web.ClientContext;
import java.nio.charset.StandardCharsets;

/** What binds the two steps of a sign-in to one client: the same as binds access tokens (docs/tokens.md). */
final class ClientHash {
    private static final int IPV4_SUBNET_BITS = 24;
    private static final int LENGTH = 22; // 132 bits

    private ClientHash() {}

    static String of(ClientContext client, TokenSettings settings) {
        String address =
                switch (settings.addressBinding()) {
                    case EXACT -> client.address();
                    case SUBNET -> AddressRanges.network(client.address(), IPV4_SUBNET_BITS);
                    case OFF -> "";
                };
        UserAgentBinding binding = settings.userAgentBinding();
        String agent = binding == UserAgentBinding.OFF ? "" : UserAgentHash.of(client.userAgent(), binding);
        return Sha256.of(
                        "amplihack-auth second step client v1",
                        (address + '\n' + agent).getBytes(StandardCharsets.UTF_8))
                .substring(0, LENGTH);
    }
}
