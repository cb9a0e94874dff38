package com.amplihack.auth.config.type;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.AddressStringParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A list of CIDR blocks (RFC 4632, RFC 4291 section 2.3), and the canonical form of an address. */
public final class AddressRanges {
    // one address or block: no inet_aton shorthands, ranges or host names
    private static final IPAddressStringParameters BLOCK = new IPAddressStringParameters.Builder()
            .allowEmpty(false)
            .allowAll(false)
            .allowSingleSegment(false)
            .allowWildcardedSeparator(false)
            .allowPrefixOnly(false)
            .allowMask(false)
            .setRangeOptions(AddressStringParameters.RangeParameters.NO_RANGE)
            .getIPv4AddressParametersBuilder()
            .allow_inet_aton(false)
            .getParentBuilder()
            .toParams();
    private static final IPAddressStringParameters ADDRESS =
            BLOCK.toBuilder().allowPrefix(false).toParams();

    private final List<IPAddress> blocks;

    private AddressRanges(List<IPAddress> blocks) {
        this.blocks = blocks;
    }

    /** A list of {@link #block blocks}. */
    public static AddressRanges of(List<IPAddress> blocks) {
        return new AddressRanges(List.copyOf(blocks));
    }

    public static AddressRanges of(String... blocks) {
        return of(Stream.of(blocks).map(text -> block(text).orElseThrow()).toList());
    }

    /** Empty if the text is neither an address nor a CIDR block. */
    public static Optional<IPAddress> block(String text) {
        try {
            return Optional.of(
                    unmapped(new IPAddressString(text, BLOCK).toAddress().toPrefixBlock()));
        } catch (AddressStringException invalid) {
            return Optional.empty();
        }
    }

    /** Whether one of the blocks contains the {@link #canonical} address. */
    public boolean contains(String address) {
        IPAddress parsed = parse(address);
        return parsed != null && blocks.stream().anyMatch(block -> block.contains(parsed));
    }

    /** Whether the text is a single IP address, not a block, a name or a number. */
    public static boolean isAddress(String text) {
        return parse(text) != null;
    }

    /** The canonical form: RFC 5952, IPv4-mapped addresses as IPv4, without a zone. */
    public static String canonical(String address) {
        IPAddress parsed = parse(address);
        return parsed == null ? address : parsed.toCanonicalString();
    }

    /** The address's network: a /64 of IPv6, or {@code ipv4Bits} of IPv4. */
    public static String network(String address, int ipv4Bits) {
        IPAddress parsed = parse(address);
        if (parsed == null) {
            return address;
        }
        int bits = parsed.isIPv4() ? ipv4Bits : 64;
        return parsed.toPrefixBlock(bits).getLower().withoutPrefixLength().toCanonicalString() + "/" + bits;
    }

    private static @Nullable IPAddress parse(String address) {
        int zone = address.indexOf('%');
        IPAddress parsed = new IPAddressString(zone < 0 ? address : address.substring(0, zone), ADDRESS).getAddress();
        return parsed == null ? null : unmapped(parsed);
    }

    private static IPAddress unmapped(IPAddress address) {
        boolean mapped = address.isIPv6() && address.toIPv6().isIPv4Mapped();
        return mapped ? address.toIPv6().getEmbeddedIPv4Address() : address;
    }
}
