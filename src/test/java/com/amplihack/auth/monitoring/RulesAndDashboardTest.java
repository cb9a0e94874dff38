package com.amplihack.auth.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code server-config/prometheus} and {@code server-config/grafana}, without a server. */
class RulesAndDashboardTest {
    private static final Path PROMETHEUS = Path.of("server-config/prometheus");
    private static final Path RULES = PROMETHEUS.resolve("rules/amplihack-auth.yml");
    private static final String PUBLISHED = "https://amplihack.com/docs/auth/";

    /** Of the server, of Prometheus, and of the certificate's prober. */
    private static final Set<String> OTHERS = Set.of(
            "up",
            "probe_ssl_earliest_cert_expiry",
            "memory_usedHeap_bytes",
            "memory_maxHeap_bytes",
            "gc_time_seconds_total",
            "system_cpu_load",
            "thread_count");

    @TempDir
    Path directory;

    @Test
    void promtoolAcceptsTheConfiguration() throws Exception {
        copy(PROMETHEUS.resolve("prometheus.yml"));
        Files.createDirectory(directory.resolve("rules"));
        Files.copy(RULES, directory.resolve("rules/amplihack-auth.yml"));
        Files.writeString(directory.resolve("ca.pem"), "");
        Files.writeString(directory.resolve("metrics.password"), "");

        promtool("check", "config", directory.resolve("prometheus.yml").toString());
    }

    @Test
    void everyAlertFiresWhenItShould() throws Exception {
        promtool("check", "rules", RULES.toString());
        promtool(
                "test",
                "rules",
                PROMETHEUS.resolve("rules/amplihack-auth.test.yml").toString());
        String tests = Files.readString(PROMETHEUS.resolve("rules/amplihack-auth.test.yml"));
        for (String alert : found(Files.readString(RULES), "- alert: (\\w+)")) {
            assertTrue(
                    Pattern.compile("alertname: " + alert + "\\n\\s+eval_time: \\S+\\n\\s+exp_alerts:")
                            .matcher(tests)
                            .find(),
                    alert + " has no test in which it fires");
        }
    }

    @Test
    void everyAlertHasItsRunbook() throws IOException {
        for (String rule : Files.readString(RULES).split("- alert: ")) {
            if (rule.startsWith("#")) {
                continue;
            }
            List<String> runbook = found(rule, "runbook: (\\S+)");
            assertEquals(1, runbook.size(), rule);
            assertTrue(Files.exists(Path.of(runbook.get(0))), runbook.get(0));
            assertEquals(
                    List.of(PUBLISHED + runbook.get(0).replace("docs/", "").replace(".md", "")),
                    found(rule, "runbook_url: (\\S+)"));
        }
    }

    @Test
    void everyMetricOfRulesAndDashboardIsListed() throws IOException {
        String listed = Files.readString(Path.of("docs/metrics.md"));
        Set<String> missing = new TreeSet<>();
        for (Path file : List.of(RULES, Path.of("server-config/grafana/amplihack-auth.json"))) {
            String expressions = String.join("\n", found(Files.readString(file), "\"?expr\"?: (.*)"));
            missing.addAll(found(
                    expressions.replaceAll("\\\\\"", "'").replaceAll("'[^']*'|\"[^\"]*\"", ""),
                    "(?<![:\\w])((?:jwt|auth|gen_ai)_[a-z_]+|[a-z]+_[a-zA-Z_]+(?=\\{)|up(?=\\{))"));
        }
        assertFalse(missing.isEmpty());
        missing.removeAll(OTHERS);
        missing.removeIf(name -> listed.contains('`' + name.replaceFirst("_(bucket|sum|count)$", "") + '`'));
        assertEquals(Set.of(), missing);
    }

    private void copy(Path file) throws IOException {
        Files.copy(file, directory.resolve(file.getFileName().toString()));
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toList());
    }

    private static void promtool(String... arguments) throws Exception {
        Path promtool = Program.find("promtool").orElse(null);
        assumeTrue(promtool != null, "promtool is not installed here (Debian: prometheus)");
        List<String> command = new java.util.ArrayList<>(List.of(promtool.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }
}
