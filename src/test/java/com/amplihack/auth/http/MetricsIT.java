package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.keys.ring.SigningKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The names of docs/metrics.md, and that each counts what it says. */
@Tag("fault-44")
class MetricsIT {
    @Test
    void everyFigureIsThere() {
        Session session = Session.ofNewUser();
        session.user();
        new Client().get("/api/user").send();
        String metrics = metrics();
        for (String name : List.of(
                "jwt_tokens_issued_total",
                "jwt_tokens_validated_total",
                "jwt_validation_errors_total",
                "jwt_replay_attempts_total",
                "jwt_rate_limit_violations_total",
                "jwt_key_rotation_total",
                "jwt_logins_total",
                "jwt_sessions_active",
                "auth_api_keys",
                "auth_mail_sent_total",
                "auth_mail_waiting",
                "auth_mail_dead",
                "auth_mail_oldest_seconds",
                "jwt_validation_seconds_bucket",
                "jwt_validation_seconds_count",
                "jwt_validation_seconds_sum",
                "jwt_password_hash_seconds_bucket")) {
            assertTrue(metrics.contains('\n' + name + '{'), name + " is missing");
        }
    }

    @Test
    void aSessionsLifeIsCounted() {
        double issued = value("jwt_tokens_issued_total", "type=\"access\"");
        double renewed = value("jwt_tokens_issued_total", "type=\"refresh\"");
        double logins = value("jwt_logins_total", "outcome=\"success\"");
        double validated = value("jwt_tokens_validated_total", "");
        double timed = value("jwt_validation_seconds_count", "");
        double hashed = value("jwt_password_hash_seconds_count", "");

        Session session = Session.ofNewUser(); // an administrator's request, and perhaps login, comes before it
        assertEquals(200, session.user().status());
        session.refresh();

        assertTrue(value("jwt_tokens_issued_total", "type=\"access\"") - issued >= 2);
        assertTrue(value("jwt_tokens_issued_total", "type=\"refresh\"") - renewed >= 2);
        assertTrue(value("jwt_logins_total", "outcome=\"success\"") - logins >= 1);
        assertTrue(value("jwt_tokens_validated_total", "") - validated >= 2);
        assertTrue(value("jwt_validation_seconds_count", "") - timed >= 2);
        assertTrue(value("jwt_password_hash_seconds_count", "") - hashed >= 2);
    }

    @Test
    void oneOfTheProvidersSigns() {
        String ready = new Client().get("/health/ready").send().body();
        double inUse = 0;
        for (String provider : SigningKey.PROVIDERS) {
            double shown = value("jwt_signing_provider_info", "provider=\"" + provider + '"');
            assertEquals(ready.contains('"' + provider + '"') ? 1 : 0, shown, provider);
            inUse += shown;
        }
        assertEquals(1, inUse);
    }

    @Test
    void liveSessionsAreSampled() {
        Session.ofNewUser();
        double sessions = value("jwt_sessions_active", "");
        for (int tries = 0; sessions == 0 && tries < 150; tries++) { // a sample is kept for ten seconds
            sleep();
            sessions = value("jwt_sessions_active", "");
        }
        assertTrue(sessions >= 1, "live: " + sessions);
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusalsAreCountedByReason() {
        Session session = Session.ofNewUser();
        session.user();
        double missing = value("jwt_validation_errors_total", "reason=\"missing_token\"");
        double invalid = value("jwt_validation_errors_total", "reason=\"invalid_token\"");
        double denied = value("jwt_validation_errors_total", "reason=\"insufficient_permissions\"");
        double replayed = value("jwt_replay_attempts_total", "kind=\"after_proof\"");
        double failed = value("jwt_logins_total", "outcome=\"failure\"");

        session.client.get("/api/user").send();
        session.client.get("/api/user").bearer("x").send();
        session.bareUser();
        session.with(session.client.get("/admin/api/users")).send();
        session.with(session.client.get("/auth/verify?permission=nobody:has")).send();
        session.with(session.client.post("/api/chat/completions")).send();
        Session.login(session.client, "nobody", "x").send();

        assertEquals(1, value("jwt_validation_errors_total", "reason=\"missing_token\"") - missing);
        assertEquals(1, value("jwt_validation_errors_total", "reason=\"invalid_token\"") - invalid);
        assertEquals(3, value("jwt_validation_errors_total", "reason=\"insufficient_permissions\"") - denied);
        assertEquals(1, value("jwt_replay_attempts_total", "kind=\"after_proof\"") - replayed);
        assertEquals(1, value("jwt_logins_total", "outcome=\"failure\"") - failed);
    }

    @Test
    void theLoginLimitIsCounted() {
        Client client = new Client();
        double limited = value("jwt_rate_limit_violations_total", "limit=\"login\"");
        for (int i = 0; i < 6; i++) {
            Session.login(client, "nobody", "x").send();
        }
        assertEquals(1, value("jwt_rate_limit_violations_total", "limit=\"login\"") - limited);
        assertTrue(value("jwt_logins_total", "outcome=\"limited\"") >= 1);
    }

    @Test
    @Tag("one-store")
    void redisIsTimedByOperation() {
        Session.ofNewUser().user();
        assertTrue(value("jwt_store_seconds_count", "operation=\"admit\"") >= 1);
        assertTrue(value("jwt_store_seconds_count", "operation=\"open\"") >= 1);
    }

    @Test
    void nothingThatAClientSendsBecomesALabel() {
        new Client().get("/api/user").bearer("marker-in-a-token").send();
        Session.login(new Client(), "marker-in-a-name", "x").send();
        assertFalse(metrics().contains("marker"));
    }

    /** promtool also calls for a help text of {@code _mean}, which the server writes without one. */
    @Test
    void promtoolAcceptsWhatIsOurs() throws Exception {
        Path promtool = Program.find("promtool").orElse(null);
        assumeTrue(promtool != null, "promtool is not installed here (Debian: prometheus)");
        Session.withPermission("chat:write").user();
        String ours = metrics()
                .lines()
                .filter(line -> line.matches("(# (HELP|TYPE) )?jwt_.*"))
                .collect(Collectors.joining("\n", "", "\n"));
        Path input = ServerProcess.freshDirectory("promtool").resolve("metrics");
        Files.writeString(input, ours);
        Process process = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .redirectInput(input.toFile())
                .start();
        List<String> findings = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(finding -> !finding.matches("jwt_\\w+_seconds_mean no help text"))
                .toList();

        assertEquals(List.of(), findings, ours);
        process.waitFor();
    }

    @Test
    void timesAreInSeconds() {
        Session.ofNewUser();
        String metrics = metrics();
        assertFalse(metrics.matches("(?s).*\njwt_[^\n]*quantile.*"), "quantiles are in nanoseconds");
        for (String name : List.of("jwt_password_hash_seconds_mean", "jwt_password_hash_seconds_max")) {
            double seconds = value(name, "");
            assertTrue(seconds > 0 && seconds < 60, name + " " + seconds);
        }
        double counted = value("jwt_password_hash_seconds_bucket", "le=\"+Inf\"");
        assertEquals(value("jwt_password_hash_seconds_count", ""), counted);
        assertTrue(value("jwt_password_hash_seconds_bucket", "le=\"2.0\"") > 0);
    }

    private static double value(String name, String label) {
        Matcher line = Pattern.compile("(?m)^" + name + "\\{([^}]*" + Pattern.quote(label) + "[^}]*)} (\\S+)$")
                .matcher(metrics());
        return line.find() ? Double.parseDouble(line.group(2)) : 0;
    }

    private static String metrics() {
        Answer answer = new Client().get("/metrics").send();
        assertEquals(200, answer.status());
        return answer.body();
    }
}
