package com.amplihack.auth.config.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "10.1.2.3/24, 10.1.2.200, true", // bits after the prefix do not count
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "127.0.0.0/8, ::ffff:127.0.0.1, true",
        "127.0.0.0/8, ::ffff:7f00:1, true",
        "127.0.0.0/8, ::127.0.0.1, false", // IPv4-compatible is not IPv4-mapped
        "::ffff:10.0.0.0/104, 10.9.9.9, true",
        "::ffff:10.0.0.0/104, 11.9.9.9, false",
        "::1, ::1, true",
        "::1, 0:0:0:0:0:0:0:1, true",
        "::1, ::2, false",
        "::/0, 2001:db8::1, true",
        "2001:db8::/32, 2001:DB8:1::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "fe80::/10, fe80::1%eth0, true",
        "fe80::/10, fe80::1%25eth0, true"
    })
    void addressLiesInABlockOrNot(String block, String address, boolean inside) {
        assertEquals(inside, ranges(block).contains(address));
    }

    @Test
    void oneOfSeveralBlocksIsEnough() {
        AddressRanges ranges = ranges("192.0.2.0/24, ::1 ,198.51.100.7");
        assertTrue(ranges.contains("192.0.2.5"));
        assertTrue(ranges.contains("::1"));
        assertTrue(ranges.contains("198.51.100.7"));
        assertFalse(ranges.contains("198.51.100.8"));
    }

    @Test
    void emptyListContainsNothing() {
        assertFalse(ranges("").contains("127.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "*",
                "10.*",
                "10.1-2.0.1",
                "127.1", // inet_aton shorthands
                "2130706433",
                "0x7f000001",
                "0177.0.0.1.5",
                "0x7f.0.0.1",
                "127.0.0.1.1",
                "127.0.0",
                "256.0.0.1",
                "10.0.0.0/8",
                "::/0",
                "/8",
                "10.0.0.1&255.0.0.0",
                "2001:db8:*::",
                "::g",
                "1::2::3",
                "%",
                "%eth0",
                "127.0.0.1:80",
                "[::1]"
            })
    void garbageNeverMatches(String address) {
        assertFalse(ranges("0.0.0.0/0,::/0").contains(address));
        assertEquals(address, AddressRanges.canonical(address));
        assertEquals(address, AddressRanges.network(address, 24));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10",
                "127.1",
                "10.*.*.*",
                "10.0.0.1-9",
                "0x7f000001",
                "*",
                "/8",
                "10.0.0.0/8/8",
                "10.0.0.0/x",
                "10.0.0.0/255.0.0.0"
            })
    void whatIsNoBlockIsRefusedAtTheStart(String block) {
        String message =
                assertThrows(InvalidSettingException.class, () -> ranges(block)).getMessage();
        assertEquals("auth.some.ranges must be a list of CIDR blocks such as 10.0.0.0/8, was '" + block + "'", message);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "::ffff:192.0.2.1, 192.0.2.1",
        "::FFFF:C000:0201, 192.0.2.1",
        "2001:0DB8:0:0:0:0:0:1, 2001:db8::1",
        "fe80::1%eth0, fe80::1",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1"
    })
    void everyAddressHasOneSpelling(String address, String canonical) {
        assertEquals(canonical, AddressRanges.canonical(address));
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2:3:4:5:6, 24, 2001:db8:1:2::/64",
        "2001:db8:1:2:ffff::1, 32, 2001:db8:1:2::/64",
        "fe80::1%eth0, 24, fe80::/64",
        "192.0.2.77, 24, 192.0.2.0/24",
        "192.0.2.77, 32, 192.0.2.77/32",
        "::ffff:192.0.2.77, 24, 192.0.2.0/24"
    })
    void networkIsA64OfIpv6AndAsAskedOfIpv4(String address, int ipv4Bits, String network) {
        assertEquals(network, AddressRanges.network(address, ipv4Bits));
    }

    @Test
    void neighboursOfOneNetworkCountAsOneAndOthersDoNot() {
        assertEquals(AddressRanges.network("2001:db8::1", 32), AddressRanges.network("2001:db8::ffff:1", 32));
        assertNotEquals(AddressRanges.network("2001:db8:0:1::1", 32), AddressRanges.network("2001:db8:0:2::1", 32));
        assertNotEquals(AddressRanges.network("192.0.2.1", 32), AddressRanges.network("192.0.2.2", 32));
        assertNotEquals(AddressRanges.network("192.0.2.1", 24), AddressRanges.network("192.0.3.1", 24));
    }

    private static AddressRanges ranges(String value) {
        return AddressRanges.of(new SettingsReader(setting -> Optional.of(value))
                .find(Setting.list(
                        "auth.some.ranges", "a list of CIDR blocks such as 10.0.0.0/8", AddressRanges::block))
                .orElse(List.of()));
    }
}
