package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was used, as its user and administrators see it. */
@Tag("store")
class UsageIT extends ProxyFixture {
    private final Session user = Session.withPermission("chat:write");
    private final String account = user.claims().getString("sub");

    @Test
    void usageIsThereAtOnceByDayKeyAndModel() {
        String key = ApiKeys.of(user);
        answer(BudgetIT.chat(30, 70));
        call(key, "gpt-a");
        call(key, "gpt-a");
        call(key, "gpt-b");

        assertEquals(
                "[{\"model\":\"gpt-a\",\"requests\":2,\"input_tokens\":60,\"output_tokens\":140},"
                        + "{\"model\":\"gpt-b\",\"requests\":1,\"input_tokens\":30,\"output_tokens\":70}]",
                own("?by=model").get("items").toString());
        assertEquals(
                "[{\"user_id\":\"" + account + "\",\"key_id\":\"" + key.substring(4, 20)
                        + "\",\"requests\":3,\"input_tokens\":90,\"output_tokens\":210}]",
                own("?by=key").get("items").toString());
        JsonObject day = own("").getJsonArray("items").getJsonObject(0);
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        assertTrue(List.of(today.toString(), today.minusDays(1).toString()).contains(day.getString("day")));
        JsonObject page = own("?by=model&limit=1");
        assertEquals(1, page.getJsonArray("items").size());
        JsonObject next = own("?by=model&limit=1&cursor=" + page.getString("next_cursor"));
        assertEquals("gpt-b", next.getJsonArray("items").getJsonObject(0).getString("model"));
        assertTrue(next.isNull("next_cursor"));
    }

    @Test
    void csvIsSafeForSpreadsheets() {
        String key = ApiKeys.of(user);
        answer(BudgetIT.chat(1, 2));
        call(key, "=cmd|'/c");
        call(key, "a,b");

        Answer csv = user.with(user.client.get("/auth/usage?by=model"))
                .header("Accept", "text/csv")
                .send();

        assertEquals(200, csv.status(), csv::body);
        assertTrue(csv.header("Content-Type").orElseThrow().startsWith("text/csv"));
        assertEquals("model,requests,input_tokens,output_tokens\r\n'=cmd|'/c,1,1,2\r\n\"a,b\",1,1,2\r\n", csv.body());
    }

    @Test
    void administratorsSeeEverybodyAndOthersThemselves() {
        String key = ApiKeys.of(user);
        answer(BudgetIT.chat(1, 2));
        call(key, "gpt");
        Session other = Session.withPermission("chat:write");

        assertEquals(
                "[]",
                other.with(other.client.get("/auth/usage"))
                        .send()
                        .json()
                        .get("items")
                        .toString());
        assertEquals(
                "insufficient_permissions",
                other.with(other.client.get("/admin/api/usage")).send().error());
        Session admin = Session.admin();
        Answer all = admin.with(admin.client.get("/admin/api/usage?by=user"))
                .header("Accept", "text/csv")
                .send();
        assertEquals(200, all.status(), all::body);
        assertTrue(all.body().contains("\r\n" + account + "," + user.username + ",1,1,2\r\n"), all::body);
    }

    @Test
    void aKeyDoesNotReadIt() {
        String key = ApiKeys.of(user);
        Answer refused = new Client()
                .get("/auth/usage")
                .header("Authorization", "Bearer " + key)
                .send();
        assertEquals(401, refused.status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "since=yesterday",
                "since=2026-11-29T10:00",
                "until=-1",
                "since=2026-11-29&until=2026-11-28",
                "since=2020-01-01&until=2026-01-01",
                "by=hour",
                "by=model;drop",
                "limit=0",
                "limit=201",
                "cursor=x'--",
                "by=model&cursor=!!"
            })
    void aBadQuestionIsRefusedInWords(String query) {
        Answer refused = user.with(user.client.get("/auth/usage?" + query)).send();
        assertEquals(400, refused.status(), refused::body);
        assertEquals("invalid_request", refused.error());
    }

    private JsonObject own(String query) {
        Answer answer = user.with(user.client.get("/auth/usage" + query)).send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json();
    }

    private void call(String key, String model) {
        String body = "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";
        Answer answer = new Client()
                .post(CHAT)
                .header("X-Script", script)
                .header("Authorization", "Bearer " + key)
                .body("application/json", body.getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(200, answer.status(), answer::body);
    }
}
