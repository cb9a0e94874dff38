package com.amplihack.auth.factor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotpCodeTest {
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /** RFC 6238 appendix B, of whose eight digits the last six are ours. */
    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void theRfcsExamplesAreRight(long second, String code) {
        assertEquals(code, TotpCode.code(SECRET, second / 30));
        assertEquals(OptionalLong.of(second / 30), TotpCode.step(SECRET, code, Instant.ofEpochSecond(second)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "28708", "2870820", "28708x", "٢٨٧٠٨٢"})
    void whatIsNoCodeMatchesNothing(String code) {
        assertEquals(OptionalLong.empty(), TotpCode.step(SECRET, code, Instant.ofEpochSecond(59)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"287 082", " 287082", "28 70 82\t", "287\u00a0082", "287\u2009082"})
    void aCodeIsTypedInTheGroupsThatTheAppShows(String code) {
        assertEquals(OptionalLong.of(1), TotpCode.step(SECRET, code, Instant.ofEpochSecond(59)));
    }

    /** RFC 4648 section 10, whose padding is not for secrets of 160 bits. */
    @Test
    void base32IsTheRfcs() {
        assertEquals("MZXW6YTB", Base32.encode("fooba".getBytes(StandardCharsets.US_ASCII), Base32.RFC_4648));
        assertEquals("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Base32.encode(SECRET, Base32.RFC_4648));
    }

    @Test
    void theUriIsWhatAppsRead() {
        String uri = OtpAuthUri.of("api.example", "ada lovelace&x=y", "ABC");
        assertEquals(
                "otpauth://totp/api.example:ada%20lovelace%26x%3Dy?secret=ABC&issuer=api.example&algorithm=SHA1&digits=6"
                        + "&period=30",
                uri);
        assertTrue(OtpAuthUri.svg(uri).startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
    }
}
