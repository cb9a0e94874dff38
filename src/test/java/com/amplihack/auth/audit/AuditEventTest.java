package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AuditEventTest {
    @Test
    void everyEventIsDocumentedWithItsSeverityAndWhetherItIsARefusal() throws IOException {
        List<String> documented = Pattern.compile("(?m)^\\| `([A-Z_]+)`( †)? \\| (\\w+) \\|")
                .matcher(Files.readString(Path.of("docs/audit-events.md")))
                .results()
                .map(row -> row.group(1) + ' ' + row.group(3) + (row.group(2) == null ? "" : " refusal"))
                .toList();
        List<String> declared = Arrays.stream(AuditEvent.values())
                .map(event -> event.name()
                        + ' '
                        + event.severity().name().toLowerCase(Locale.ROOT)
                        + (event.isRefusal() ? " refusal" : ""))
                .toList();

        assertEquals(declared, documented);
    }

    @Test
    void forEveryEventItIsSaidWhoShouldLook() throws IOException {
        String looks = Files.readString(Path.of("docs/audit-events.md")).split("## Who should look", 2)[1];
        for (AuditEvent event : AuditEvent.values()) {
            assertTrue(looks.contains('`' + event.name() + '`'), event.name());
        }
    }
}
