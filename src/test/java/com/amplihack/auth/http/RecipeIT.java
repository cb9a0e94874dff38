package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.LossyProxy.Fate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The programs in {@code docs/refresh.md} do as they stand there, over a network that loses things. */
@Tag("one-store")
class RecipeIT {
    private final LossyProxy proxy = new LossyProxy();
    private final String username = Session.newUser("user");

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void theJavaProgramSurvivesALostAnswer() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        survivesALostAnswer(java, program("java", "Refresh.java"));
    }

    @Test
    void thePythonProgramSurvivesALostAnswer() throws Exception {
        Assumptions.assumeTrue(isInstalled("python3"), "python3 is not installed here");

        survivesALostAnswer("python3", program("python", "refresh.py"));
    }

    /** The silence lasts until the client gives up, which is longer than the grace. */
    private void survivesALostAnswer(String interpreter, Path program) throws Exception {
        proxy.next(new Fate.LostRequest(), new Fate.Silence(), new Fate.LostAnswer());
        Process process = new ProcessBuilder(interpreter, program.toString(), proxy.url(), username, Session.PASSWORD)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains(username), output);
        String key = proxy.sentKey();
        assertEquals(List.of(key, key, key), List.of(proxy.sentKey(), proxy.sentKey(), proxy.sentKey()));
        assertEquals(0, proxy.moreRefreshes());
    }

    private static Path program(String language, String file) throws IOException {
        Matcher block = Pattern.compile("```" + language + "\n(.+?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs/refresh.md")));
        assertTrue(block.find(), "a program in " + language);
        return Files.writeString(ServerProcess.freshDirectory(language).resolve(file), block.group(1));
    }

    private static boolean isInstalled(String command) throws InterruptedException {
        try {
            return new ProcessBuilder(command, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }
}
