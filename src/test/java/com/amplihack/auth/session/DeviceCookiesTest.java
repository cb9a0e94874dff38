package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.token.Tokens;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.TestAccounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DeviceCookiesTest {
    private final Account account = TestAccounts.account(Tokens.SUBJECT, "eva", Set.of(), Set.of());
    private Instant now = Tokens.NOW;
    private final DeviceCookies devices = new DeviceCookies(Tokens.RING, () -> now);
    private final String cookie = devices.issue(account);

    @Test
    void ofTheAccountThatSignedInItIsADevice() {
        assertTrue(nonce(cookie).isPresent());
        assertEquals(nonce(cookie), nonce(cookie));
        assertEquals(22, nonce(cookie).orElseThrow().length(), "128 bits");
    }

    @Test
    void eachLoginMakesAnother() {
        assertNotEquals(nonce(cookie), nonce(devices.issue(account)));
    }

    @Test
    void ofAnotherAccountItIsNoDevice() {
        assertEquals(
                Optional.empty(),
                devices.presented(List.of(cookie)).nonceFor(UUID.randomUUID().toString(), 0));
    }

    @Test
    void afterANewPasswordItIsNoDevice() {
        assertEquals(Optional.empty(), devices.presented(List.of(cookie)).nonceFor(Tokens.SUBJECT, 1));
    }

    @Test
    void underAnotherKeyItIsNoDevice() {
        assertEquals(
                Optional.empty(),
                new DeviceCookies(Tokens.FOREIGN, () -> now)
                        .presented(List.of(cookie))
                        .nonceFor(Tokens.SUBJECT, 0));
    }

    @Test
    void itIsOneForAYear() {
        now = Tokens.NOW
                .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                .plus(Duration.ofDays(365))
                .minusMillis(1);
        assertTrue(nonce(cookie).isPresent());

        now = now.plusMillis(1);

        assertEquals(Optional.empty(), nonce(cookie));
    }

    @Test
    void everySingleBitCounts() {
        byte[] bytes = Base64.getUrlDecoder().decode(cookie);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(Optional.empty(), nonce(Sha256.base64url(flipped)), "bit " + bit);
        }
    }

    @Test
    void noOtherSpellingIsRead() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        String start = cookie.substring(0, cookie.length() - 1);
        long read = alphabet.chars()
                .filter(last -> nonce(start + (char) last).isPresent())
                .count();
        assertEquals(1, read);
    }

    @Test
    void whatIsNotOursIsNoDevice() {
        for (String foreign : List.of(
                "",
                "garbage",
                cookie + "=",
                cookie + "A",
                cookie.substring(1),
                " ".repeat(cookie.length()),
                "A".repeat(cookie.length()),
                new RefreshTokenCodec(Tokens.RING).encode(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 1)))) {
            assertEquals(Optional.empty(), nonce(foreign), foreign);
        }
    }

    @Test
    void ofSeveralCookiesTheOneThatIsOursCounts() {
        Account other = TestAccounts.account(UUID.randomUUID().toString(), "ada", Set.of(), Set.of());

        Optional<String> found = devices.presented(List.of("tossed", devices.issue(other), cookie))
                .nonceFor(Tokens.SUBJECT, 0);

        assertEquals(nonce(cookie), found);
    }

    private Optional<String> nonce(String text) {
        return devices.presented(List.of(text)).nonceFor(Tokens.SUBJECT, 0);
    }
}
