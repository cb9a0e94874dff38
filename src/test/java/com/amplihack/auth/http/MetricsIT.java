package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.store.Until;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
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
                "auth_mfa_total",
                "auth_mfa_wrong_total",
                "auth_budget_refusals_total",
                "gen_ai_client_token_usage_bucket",
                "auth_accounts_locked_total",
                "auth_algorithm_confusion_total",
                "auth_audit_dropped_total",
                "auth_http_responses_total",
                "auth_dependency_up",
                "auth_database_connections",
                "auth_database_connections_max",
                "auth_database_connections_waiting",
                "auth_password_hash_running",
                "auth_password_hash_waiting",
                "auth_password_hash_waiting_max",
                "auth_proxy_exchanges",
                "auth_proxy_exchanges_max",
                "auth_audit_writable",
                "auth_audit_waiting",
                "auth_signing_key_age_seconds",
                "auth_signing_key_rotation_due_seconds",
                "auth_database_seconds_bucket",
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

    /** Whatever comes, and however often: the collector's memory is not the client's to fill. */
    @Test
    void nothingThatAClientSendsBecomesALabel() {
        Session caller = Session.withPermission("chat:write");
        new Client().get("/api/user").bearer("marker-in-a-token").send();
        Session.login(new Client(), "marker-in-a-name", "x").send();
        new Client()
                .request("MARKER", "/marker-in-a-path?marker=1")
                .header("X-Request-Id", "marker-in-an-id")
                .send();
        new Client()
                .get("/auth/jwks")
                .header("User-Agent", "marker")
                .header("Origin", "https://marker.example")
                .send();
        new Client()
                .get("/api/user")
                .bearer("amp_markermarkermarkermarkermarkermarkermarkermarkermarker")
                .send();
        caller.with(caller.client.post("/api/chat/completions"))
                .json("{\"model\":\"marker-model\",\"messages\":[]}")
                .send();
        assertFalse(metrics().toLowerCase(Locale.ROOT).contains("marker"));
        Map<String, Long> series = metrics()
                .lines()
                .filter(line -> line.matches("(jwt|auth|gen_ai)_.*") && !line.contains("_bucket{"))
                .collect(Collectors.groupingBy(line -> line.substring(0, line.indexOf('{')), Collectors.counting()));
        series.values().removeIf(count -> count <= 129);
        assertEquals(Map.of(), series);
    }

    @Test
    void secondFactorsAreCountedByMethod() {
        Session session = Session.ofNewUser();
        AuthenticatorApp app = AuthenticatorApp.enroll(session);
        double right = value("auth_mfa_total", "method=\"totp\"");
        double wrong = value("auth_mfa_wrong_total", "method=\"recovery_code\"");
        double waiting = value("jwt_logins_total", "outcome=\"mfa_required\"");
        Client client = new Client();
        String token = Session.login(client, session.username, Session.PASSWORD)
                .send()
                .json()
                .getString("mfa_token");

        assertEquals(
                401,
                AuthenticatorApp.secondStep(client, token, "recovery_code", "AAAA-BBBB-CCCC-DDDD")
                        .send()
                        .status());
        assertEquals(
                200,
                AuthenticatorApp.secondStep(client, token, "totp", app.next())
                        .send()
                        .status());

        assertTrue(value("auth_mfa_total", "method=\"totp\"") - right >= 1);
        assertTrue(value("auth_mfa_wrong_total", "method=\"recovery_code\"") - wrong >= 1);
        assertTrue(value("jwt_logins_total", "outcome=\"mfa_required\"") - waiting >= 1);
    }

    @Test
    void aBudgetsTokensAndRefusalsAreCounted() {
        SharedServer.get()
                .upstream()
                .script(
                        "metered",
                        (request, in, out) -> out.write(TestUpstream.answer(
                                "200 OK",
                                "Content-Type: application/json\r\n",
                                "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5,\"total_tokens\":8}}")));
        Session session = Session.withPermission("chat:write");
        Session admin = Session.admin();
        String budget = "/admin/api/users/" + session.claims().getString("sub") + "/budget";
        assertEquals(
                200,
                admin.with(admin.client.request("PUT", budget))
                        .json("{\"requests\":1,\"window\":\"day\"}")
                        .send()
                        .status());
        double refused = value("auth_budget_refusals_total", "scope=\"account\"");
        double input = value("gen_ai_client_token_usage_count", "gen_ai_token_type=\"input\"");
        double proxied = value("jwt_proxy_requests_total", "outcome=\"answered\"");

        assertEquals(200, chat(session).status());
        assertEquals("budget_exhausted", chat(session).error());

        assertEquals(1, value("auth_budget_refusals_total", "scope=\"account\"") - refused);
        assertTrue(value("gen_ai_client_token_usage_count", "gen_ai_token_type=\"input\"") - input >= 1);
        assertTrue(value("jwt_proxy_requests_total", "outcome=\"answered\"") - proxied >= 1);
    }

    private static Answer chat(Session session) {
        return session.with(session.client.post("/api/chat/completions"))
                .header("X-Script", "metered")
                .json("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}")
                .send();
    }

    @Test
    void aSentMailIsCounted() {
        double sent = value("auth_mail_sent_total", "kind=\"invitation\",mp_scope=\"application\",outcome=\"sent\"");
        Session admin = Session.admin();
        String name = "invited-" + UUID.randomUUID();
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users"))
                        .json("{\"username\":\"" + name + "\",\"email\":\"" + name + "@example.com\",\"invite\":true}")
                        .send()
                        .status());

        Until.holds(
                "an invitation is counted",
                () -> value("auth_mail_sent_total", "kind=\"invitation\",mp_scope=\"application\",outcome=\"sent\"")
                                - sent
                        >= 1);
    }

    @Test
    void aLockAndEachAnswerAreCounted() {
        String name = Session.newUser("user");
        double locked = value("auth_accounts_locked_total", "");
        double refused = value("auth_http_responses_total", "status=\"4xx\"");
        for (int address = 0; address < 2; address++) {
            Client guesser = new Client();
            for (int guess = 0; guess < 5; guess++) {
                Session.login(guesser, name, "wrong").send();
            }
        }

        assertTrue(value("auth_accounts_locked_total", "") - locked >= 1);
        assertTrue(value("auth_http_responses_total", "status=\"4xx\"") - refused >= 10);
        assertEquals(1, value("auth_dependency_up", "dependency=\"database\""));
        assertEquals(1, value("auth_audit_writable", ""));
        double age = value("auth_signing_key_age_seconds", "");
        double due = value("auth_signing_key_rotation_due_seconds", "");
        assertTrue(age >= 0 && age < 86_400, "age " + age);
        assertTrue(due > 0 && due <= 90 * 86_400, "due " + due);
        assertEquals(32, value("auth_database_connections_max", ""));
    }

    /** promtool also calls for a help text of {@code _mean}, which the server writes without one. */
    @Test
    void promtoolAcceptsWhatIsOurs() throws Exception {
        Path promtool = Program.find("promtool").orElse(null);
        assumeTrue(promtool != null, "promtool is not installed here (Debian: prometheus)");
        Session.withPermission("chat:write").user();
        String ours = metrics()
                .lines()
                .filter(line -> line.matches("(# (HELP|TYPE) )?(jwt|auth)_.*"))
                .collect(Collectors.joining("\n", "", "\n"));
        Path input = ServerProcess.freshDirectory("promtool").resolve("metrics");
        Files.writeString(input, ours);
        Process process = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .redirectInput(input.toFile())
                .start();
        List<String> findings = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(finding -> !finding.matches("(jwt|auth)_\\w+_seconds_mean no help text"))
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
