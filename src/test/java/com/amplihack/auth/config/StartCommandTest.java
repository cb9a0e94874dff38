package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the start command sets in the server goes together with our own defaults. */
class StartCommandTest {
    private static final Path PREBOOT = Path.of("server-config/payara-micro/preboot.asadmin");

    @Test
    void theServerClosesNoStreamThatWeStillWaitFor() throws IOException {
        List<Long> seconds = Pattern.compile("(?m)^set \\S+\\.timeout-seconds=(\\d+)$")
                .matcher(Files.readString(PREBOOT))
                .results()
                .map(found -> Long.valueOf(found.group(1)))
                .toList();
        assertEquals(2, seconds.size());
        long ours = TestSettings.production(Path.of("unused"), Map.of())
                .proxy()
                .timeout()
                .toSeconds();
        seconds.forEach(each -> assertTrue(each > ours, each + " s"));
        assertTrue(Files.readString(Path.of("pom.xml")).contains("<value>${project.basedir}/" + PREBOOT + "</value>"));
    }

    /** Payara parses each class of each file in WEB-INF/lib that ends in .jar (docs/adr/0055). */
    @Test
    void noLibraryOfTheWarIsParsedAtADeployment() throws IOException {
        assertTrue(
                Files.readString(Path.of("pom.xml"))
                        .contains(
                                "<outputFileNameMapping>@{artifactId}@-@{version}@@{dashClassifier?}@.zip</outputFileNameMapping>"));
    }
}
