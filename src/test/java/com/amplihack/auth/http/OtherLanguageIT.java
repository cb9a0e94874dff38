package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A stock JWT library of another language verifies our tokens; skipped, with a word, where Node.js is not installed. */
class OtherLanguageIT {
    private static final String JOSE = "jose@6.2.18";

    @Test
    void joseForNodeVerifiesOurTokenAgainstTheKeySet() throws Exception {
        Assumptions.assumeTrue(run(Path.of("."), "npm", "--version").status() == 0, "npm is not installed here");
        Path directory = ServerProcess.freshDirectory("node");
        Files.copy(Path.of("src/test/javascript/verify.mjs"), directory.resolve("verify.mjs"));
        Files.writeString(directory.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}");
        Result install = run(directory, "npm", "install", "--no-audit", "--no-fund", JOSE);
        assertEquals(0, install.status(), install.output());
        Session session = Session.ofNewUser();
        String base = "http://localhost:" + SharedServer.get().port();

        Result genuine = run(directory, "node", "verify.mjs", base, session.accessToken);
        Result forged = run(
                directory,
                "node",
                "verify.mjs",
                base,
                Forger.signedByAStranger(session.accessToken, UnaryOperator.identity()));

        assertEquals(0, genuine.status(), genuine.output());
        assertTrue(genuine.output().contains("verified " + session.username), genuine.output());
        assertNotEquals(0, forged.status(), "a forged token must not verify");
    }

    private record Result(int status, String output) {}

    private static Result run(Path directory, String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(120, TimeUnit.SECONDS)
                    ? new Result(process.exitValue(), output)
                    : new Result(-1, output);
        } catch (IOException notInstalled) {
            return new Result(-1, notInstalled.getMessage());
        }
    }
}
