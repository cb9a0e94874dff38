package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where somebody is signed in, and signing out there. */
@Tag("store")
class SessionsIT {
    @Test
    void theOwnerSeesEverySessionAndWhichOneAsks() {
        Session here = Session.ofNewUser();
        Session there = Session.of(here.username);

        Answer answer = here.with(here.client.get("/auth/sessions")).send();

        assertEquals(200, answer.status());
        assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
        assertTrue(answer.json().isNull("next_cursor"));
        List<JsonObject> items = answer.json().getJsonArray("items").getValuesAs(JsonObject.class);
        assertEquals(
                Set.of(sid(here), sid(there)),
                Set.copyOf(
                        items.stream().map(item -> item.getString("session_id")).toList()));
        for (JsonObject item : items) {
            assertEquals(
                    Set.of("session_id", "device", "ip_address", "created_at", "last_seen_at", "current"),
                    item.keySet());
            assertEquals(item.getString("session_id").equals(sid(here)), item.getBoolean("current"));
            assertEquals("Test/1.0", item.getString("device"));
        }
    }

    @Test
    void ownerAndAdministratorReadThemAPageAtATime() {
        Session here = Session.ofNewUser();
        Set<String> all = Set.of(sid(here), sid(Session.of(here.username)), sid(Session.of(here.username)));
        Session admin = Session.admin();
        String ofUser = "/admin/api/users/" + here.claims().getString("sub") + "/sessions";

        assertEquals(all, Set.copyOf(pages(here, "/auth/sessions")));
        assertEquals(all, Set.copyOf(pages(admin, ofUser)));

        for (String path : List.of("/auth/sessions", ofUser)) {
            Session asks = path.equals(ofUser) ? admin : here;
            for (String query : List.of("limit=0", "limit=201", "limit=x", "cursor=x", "cursor=1.", "cursor=%00")) {
                Answer refused = get(asks, path + "?" + query);
                assertEquals(400, refused.status(), query);
            }
            assertTrue(get(asks, path + "?limit=3").json().isNull("next_cursor"), "exactly one page");
        }
    }

    /** Two of them, then the rest. */
    private static List<String> pages(Session asks, String path) {
        JsonObject first = get(asks, path + "?limit=2").json();
        JsonObject second = get(asks, path + "?limit=2&cursor=" + first.getString("next_cursor"))
                .json();
        assertTrue(second.isNull("next_cursor"));
        return Stream.of(first, second)
                .flatMap(page -> page.getJsonArray("items").getValuesAs(JsonObject.class).stream())
                .map(item -> item.getString("session_id"))
                .toList();
    }

    private static Answer get(Session asks, String path) {
        return asks.with(asks.client.get(path)).send();
    }

    @Test
    void endingOneOfThemEndsThatOneAtOnce() {
        Session here = Session.ofNewUser();
        Session there = Session.of(here.username);

        Answer answer = delete(here, sid(there));

        assertEquals(204, answer.status());
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertEquals("token_revoked", there.user().error());
        assertEquals("invalid_refresh_token", there.refreshRequest().send().error());
        assertEquals(200, here.user().status());
        assertEquals(404, delete(here, sid(there)).status(), "it is gone");
    }

    @Test
    void endingTheCurrentOneClearsItsCookies() {
        Session here = Session.ofNewUser();

        Answer answer = delete(here, sid(here));

        assertEquals(204, answer.status());
        assertTrue(answer.setCookie("refresh_token").contains("Max-Age=0"));
        assertTrue(answer.setCookie("session_id").contains("Max-Age=0"));
        assertEquals("token_revoked", here.user().error());
    }

    @Test
    void somebodyElsesSessionIsNotFoundAndLivesOn() {
        Session here = Session.ofNewUser();
        Session stranger = Session.ofNewUser();

        assertEquals(404, delete(here, sid(stranger)).status());
        assertEquals(404, delete(here, "no-sid").status());
        assertEquals(404, delete(here, "A".repeat(43)).status());

        assertEquals(200, stranger.user().status());
    }

    @Test
    void bothNeedAnAdmittedToken() {
        Client client = new Client();

        assertEquals("missing_token", client.get("/auth/sessions").send().error());
        assertEquals(
                "missing_token",
                client.request("DELETE", "/auth/sessions/" + "A".repeat(43))
                        .send()
                        .error());
    }

    private static Answer delete(Session by, String sid) {
        return by.with(by.client.request("DELETE", "/auth/sessions/" + sid)).send();
    }

    private static String sid(Session session) {
        return session.claims().getString("sid");
    }
}
