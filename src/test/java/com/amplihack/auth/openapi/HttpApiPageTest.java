package com.amplihack.auth.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HttpApiPageTest {
    private static final Path PAGE = Path.of("docs/http-api.md");

    /** After a change of the OpenAPI document: {@code mvn test -Dtest=HttpApiPageTest -Dhttp-api=update}. */
    @Test
    void thePageIsWhatTheDocumentSays() throws IOException {
        String page = HttpApiPage.write();
        if (System.getProperty("http-api", "").equals("update")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE));
    }
}
