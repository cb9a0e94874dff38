package com.amplihack.auth.web.device;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrowserNameTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Firefox on Android | Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
                "Firefox on Linux | Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
                "Chrome on Windows | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Edge on Windows | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Chrome on Android | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Safari on macOS | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on iOS | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            })
    void aBrowserHasAName(String name, String userAgent) {
        assertEquals(Optional.of(name), BrowserName.of(userAgent));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "curl/8.5.0", "python-requests/2.32", "Mozilla/5.0", "<script>alert(1)</script>"})
    void anythingElseHasNone(String userAgent) {
        assertEquals(Optional.empty(), BrowserName.of(userAgent));
    }

    /** What makes regular expressions slow; a bound of ten seconds for what takes some milliseconds. */
    @Test
    void noUserAgentTakesLong() {
        BrowserName.of("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0");
        List<String> hostile =
                List.of("(", " ", "a", "Android ", "; ", "CriOS/1.1.1.1 ", "/1.1.1.1.1", "\u0000", "A1 B2 ");
        assertTimeoutPreemptively(ofSeconds(10), () -> {
            for (String part : hostile) {
                BrowserName.of("Mozilla/5.0 (Linux; Android " + part.repeat(30_000));
            }
        });
    }
}
