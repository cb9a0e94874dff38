package com.amplihack.auth.admin.overview;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObjectBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;

/**
 * Something that wants an administrator's attention.
 *
 * @param check the health check that told
 * @param critical whether the check is down
 * @param text a sentence for the administrator
 */
record Warning(String check, boolean critical, String text) {
    private static final int MOST_OF_A_CHECK = 16;
    private static final int LONGEST = 500;

    /** The runbook to follow, by what the text says or by check; a page of docs/runbooks. */
    static final Map<String, String> RUNBOOKS = Map.of(
            "mail", "mail",
            "keys", "key-rotation",
            "audit", "audit-unwritable",
            "keep elsewhere", "audit-first-key",
            "is behind", "audit-behind",
            "settings", "refused-settings",
            "store", "store-warning",
            "database", "dependency-down");

    private static final List<String> TEXTS = List.of("keep elsewhere", "is behind");

    /** What a check has to tell: an error, a warning, or what lies where it should not. */
    static List<Warning> of(HealthCheckResponse answer) {
        String check = answer.getName();
        boolean down = answer.getStatus() == Status.DOWN;
        List<Warning> found = new ArrayList<>();
        answer.getData().orElse(Map.of()).forEach((name, value) -> {
            if (found.size() >= MOST_OF_A_CHECK) {
                return;
            }
            String text = String.valueOf(value);
            if (name.equals("error") || name.equals("warning")) {
                found.add(new Warning(check, down && name.equals("error"), cut(text)));
            } else if (name.startsWith("keep elsewhere")) {
                found.add(new Warning(check, false, cut(name)));
            } else if (check.equals("settings")) {
                found.add(new Warning(check, down, cut(name + ": " + text)));
            }
        });
        if (down && found.isEmpty()) {
            found.add(new Warning(check, true, "The check " + check + " is down."));
        }
        return found;
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    Optional<String> runbook() {
        return TEXTS.stream()
                .filter(text::contains)
                .findFirst()
                .or(() -> Optional.of(check))
                .map(RUNBOOKS::get);
    }

    JsonObjectBuilder json() {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("check", check)
                .add("severity", (critical ? "CRITICAL" : "WARNING").toLowerCase(Locale.ROOT))
                .add("text", text);
        runbook().ifPresentOrElse(file -> json.add("runbook", file), () -> json.addNull("runbook"));
        return json;
    }
}
