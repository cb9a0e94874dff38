package com.amplihack.auth.config.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "https://app.example, https://app.example",
        "https://App.Example:443, https://app.example",
        "HTTP://APP.example:80, http://app.example",
        "https://app.example:0443, https://app.example",
        "https://app.example:80, https://app.example:80",
        "http://app.example:443, http://app.example:443",
        "http://my_host:3000, http://my_host:3000",
        "http://[2001:DB8::1]:8080, http://[2001:db8::1]:8080",
        "capacitor://localhost, capacitor://localhost",
        "Tauri://LocalHost, tauri://localhost",
        "chrome-extension://abcdef, chrome-extension://abcdef",
        "app+x.1-y://a:80, app+x.1-y://a:80"
    })
    void itIsWrittenAsBrowsersWriteIt(String text, String canonical) {
        assertEquals(Optional.of(canonical), Origin.canonical(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "*",
                "app.example",
                "https://",
                "https://*.app.example",
                "https://app.example/",
                "https://app.example/path",
                "https://app.example?x",
                "https://app.example#x",
                "https://user@app.example",
                "https://app.example:",
                "https://app.example:0",
                "https://app.example:65536",
                "https://app.example:999999",
                "https://a b",
                "https://a,https://b",
                "https:app.example",
                "://app.example",
                "1x://app.example",
                "https://b\u00fccher.example",
                "https://[::1",
                "https://app.example\n"
            })
    void anythingElseIsNone(String text) {
        assertEquals(Optional.empty(), Origin.canonical(text));
    }
}
