package com.amplihack.auth.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsPollerTest {
    @TempDir
    private Path home;

    private final Map<String, String> console = new HashMap<>();
    private final RecordedAudit audit = new RecordedAudit();

    private List<String> events() {
        return audit.events().stream().map(event -> event.split(" ")[0]).toList();
    }

    private void poll(SettingsPoller.Poll poll, int times) {
        for (int i = 0; i < times; i++) {
            poll.run();
        }
    }

    @Test
    void aBadValueIsAuditedOnceAsOftenAsItIsTypedIn() {
        console.put("auth.jwks.limit", "many"); // before the start
        Configuration configuration = TestSettings.following(home, console);
        SettingsPoller.Poll poll = new SettingsPoller.Poll(configuration, audit);
        poll(poll, 5);
        assertEquals(List.of("POLICY_REFUSED"), events());

        console.put("auth.jwks.limit", "55");
        poll(poll, 2);
        console.put("auth.jwks.limit", "many");
        poll(poll, 5);
        assertEquals(List.of("POLICY_REFUSED", "POLICY_CHANGED", "POLICY_REFUSED"), events());
        assertEquals(55, configuration.settings().limits().jwks().limit());
    }

    @Test
    void whatIsInForceIsKeptFromTheFirstLookOn() throws Exception {
        console.put("auth.jwks.limit", "55");
        SettingsPoller.Poll poll = new SettingsPoller.Poll(TestSettings.following(home, console), audit);
        poll(poll, 1);
        Path file = home.resolve("last-good-settings.properties");
        assertTrue(Files.readString(file).contains("auth.jwks.limit=55"));
        console.put("auth.jwks.limit", "56");
        poll(poll, 1);
        assertTrue(Files.readString(file).contains("auth.jwks.limit=56"));
    }

    @Test
    void readinessNamesWhatIsRefusedAndWhatIsAllowedAndNoValue() {
        console.put("enable.jwt.auth", "false");
        Configuration configuration = TestSettings.following(home, console);
        console.put("enable.jwt.auth", "ture");
        console.put("auth.admin.allowlist", "everybody");
        console.put("jwt.issuer", "https://another.example"); // waits for a restart
        configuration.refresh();

        assertEquals(
                Map.of(
                        "enable.jwt.auth",
                        "refused, as the log says; allowed is true or false; in force is one that opens what should be closed",
                        "auth.admin.allowlist",
                        "refused, as the log says; allowed is a list of CIDR blocks such as 10.0.0.0/8"),
                SettingsHealth.refused(configuration));
    }
}
