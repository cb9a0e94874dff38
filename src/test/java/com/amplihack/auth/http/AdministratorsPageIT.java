package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The commands of the everyday tasks in {@code docs/administrators.md}, as they stand there, one after the other. */
public class AdministratorsPageIT {
    /** The blocks that {@code ServerJmxIT} runs. */
    public static final Predicate<String> NEEDS_PAYARA_SERVER =
            command -> command.contains("asadmin ") || command.contains("jmx.sh ");

    @Test
    void theCommandsDoWhatThePageSays() throws Exception {
        assumeTrue(Program.find("curl").isPresent(), "curl is not installed here");
        String administrator = Session.newUser("admin");
        Session.make(Session.admin(), "ada", "user");
        Session.login(new Client(), "ada", "a wrong guess").send();
        Session.login(new Client(), "ada", Session.PASSWORD).send();
        Path folder = ServerProcess.freshDirectory("everyday");
        Path script =
                Files.writeString(folder.resolve("tasks.sh"), "set -eu\n" + commands(NEEDS_PAYARA_SERVER.negate()));
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment()
                .put("AUTH", "http://localhost:" + SharedServer.get().port());
        builder.environment().put("USER_NAME", administrator);
        builder.environment().put("PASSWORD", Session.PASSWORD);
        Path audit = Files.writeString(
                folder.resolve("audit.jsonl"), SharedServer.get().auditFile());
        builder.environment().put("AUDIT_FILE", audit.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        assertFalse(output.contains("\"error\""), output);
        for (String expected : List.of(
                "{\"name\":\"helpdesk\",\"permissions\":[\"audit:read\",",
                "\"username\":\"hedy\"",
                "\"reasons\":[]",
                "\"reason\":\"wrong_password\"",
                "\n204\n",
                "\"next_cursor\":",
                "\"event\":\"LOGIN_FAILED\"",
                "\"must_change_password\":true",
                "{\"sessions_ended\":",
                "\"state\":\"ACTIVE\"")) {
            assertTrue(output.contains(expected), expected + " is missing in\n" + output);
        }
        assertTrue(Files.readString(folder.resolve("accounts.json")).contains("\"username\":\"ada\""));
    }

    /** The shell blocks of the everyday tasks that fit. */
    public static String commands(Predicate<String> which) throws IOException {
        String page = Files.readString(Path.of("docs/administrators.md"));
        String tasks = page.substring(page.indexOf("## Everyday tasks"), page.indexOf("## What to do when"));
        return Pattern.compile("```sh\n(.+?)```", Pattern.DOTALL)
                .matcher(tasks)
                .results()
                .map((MatchResult block) -> block.group(1))
                .filter(which)
                .collect(Collectors.joining());
    }
}
