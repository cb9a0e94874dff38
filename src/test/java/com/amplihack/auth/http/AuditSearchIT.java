package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The audit's entries as administrators search them. */
class AuditSearchIT {
    private final Session admin = Session.of(Session.newUser("admin")); // each test has a quota of its own

    @Test
    void whatSomebodyDidIsFoundByEveryFilterAsInTheFile() throws IOException {
        Session user = Session.ofNewUser();
        String id = user.claims().getString("sub");
        String sid = user.claims().getString("sid");
        user.refresh();
        user.with(user.client.post("/auth/logout")).send();
        Until.holds("the last line is there", () -> events("user=" + id).contains("LOGOUT"));

        List<String> newestFirst = List.of("LOGOUT", "TOKEN_REFRESHED", "TOKEN_ISSUED");
        assertEquals(newestFirst, events("session=" + sid));
        assertEquals(4, events("ip=" + user.client.address()).size());
        assertTrue(events("user=" + user.username).containsAll(newestFirst));
        assertEquals(List.of("LOGOUT"), events("event=LOGOUT&user=" + id + "&severity=info&since=2026-01-01"));
        assertEquals(List.of(), events("user=" + id + "&severity=critical"));
        assertEquals(List.of(), events("user=" + id + "&until=2026-01-01T00:00:00%2B01:00"));
        JsonObject entry = items("event=LOGOUT&user=" + id).get(0);
        String line = SharedServer.get()
                .auditFile()
                .lines()
                .filter(written -> written.contains("\"LOGOUT\"") && written.contains(sid))
                .findFirst()
                .orElseThrow();
        assertEquals(new Answer(200, List.of(), line).json(), entry);

        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page = call("?limit=1&session=" + sid + cursor).json();
            page.getJsonArray("items")
                    .getValuesAs(JsonObject.class)
                    .forEach(item -> paged.add(item.getString("event")));
            cursor = page.isNull("next_cursor") ? "" : "&cursor=" + page.getString("next_cursor");
            if (!cursor.isEmpty()) {
                assertEquals(400, call("?limit=1&ip=192.0.2.1" + cursor).status(), "for other filters");
            }
        } while (!cursor.isEmpty());
        assertEquals(newestFirst, paged);

        JsonObject around =
                call("/" + entry.getString("node") + "/" + entry.getInt("seq")).json();
        assertEquals(entry, around.getJsonObject("entry"));
        assertEquals(5, around.getJsonArray("before").size());
        assertEquals(404, call("/" + entry.getString("node") + "/999999999").status());
        assertEquals(404, call("/" + entry.getString("node") + "/x").status());
    }

    /** People type passwords where their name belongs. */
    @Test
    void aNameThatNobodyHasIsFoundByWhoKnowsItAndReadByNobody() {
        String name = "nobody-" + UUID.randomUUID();
        Session.login(new Client(), "  " + name + " ", "a wrong guess").send();
        Until.holds("the line is there", () -> !events("user=" + name).isEmpty());
        List<JsonObject> found = items("user=" + name + "&event=LOGIN_FAILED");
        assertEquals(1, found.size());
        assertFalse(found.toString().contains(name), found.toString());
    }

    @Test
    void badFiltersAreRefusedByName() {
        for (String bad : List.of(
                "since=yesterday",
                "until=2026-13-01",
                "event=NOTHING",
                "severity=high",
                "user=" + "x".repeat(300),
                "session=%2F",
                "ip=300.1.1.1",
                "limit=0",
                "cursor=abc",
                "event=LOGOUT&event=LOGOUT",
                "since=2026-11-30&until=2026-11-29")) {
            Answer answer = call("?" + bad);
            assertEquals(400, answer.status(), bad);
            assertTrue(
                    answer.json().getString("detail").startsWith(bad.substring(0, bad.indexOf('=')) + ":"),
                    answer.json().toString());
        }
        assertEquals(400, call("?usr=ada").status(), "a misspelt filter finds not everything");
    }

    @Test
    void theChainsOfASoundServerVerify() {
        JsonObject report = call200("/verify");
        assertTrue(report.getBoolean("ok"), report.toString());
        JsonObject node = report.getJsonArray("nodes").getJsonObject(0);
        assertTrue(node.getInt("entries") > 0);
        assertTrue(node.isNull("first_bad"));
    }

    private JsonObject call200(String path) {
        Answer[] answer = new Answer[1];
        Until.holds("one at a time", () -> (answer[0] = call(path)).status() == 200);
        return answer[0].json();
    }

    private List<String> events(String filters) {
        return items(filters).stream().map(item -> item.getString("event")).toList();
    }

    private List<JsonObject> items(String filters) {
        return call("?" + filters).json().getJsonArray("items").getValuesAs(JsonObject.class);
    }

    private Answer call(String query) {
        return admin.with(admin.client.get("/admin/api/audit" + query)).send();
    }
}
