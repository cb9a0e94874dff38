package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Budgets of accounts, roles and keys: set by administrators, reserved and settled by calls. */
@Tag("store")
class BudgetIT extends ProxyFixture {
    private final Session user = Session.withPermission("chat:write");
    private final String budget = "/admin/api/users/" + user.claims().getString("sub") + "/budget";

    // setting

    @Test
    void aBudgetIsSetReadReplacedAndRemoved() {
        String request = UUID.randomUUID().toString();
        assertEquals(404, admin("GET", budget).send().status());

        Answer set = admin("PUT", budget)
                .header("X-Request-Id", request)
                .json("{\"tokens\":9007199254740991,\"requests\":1,\"window\":\"month\"}")
                .send();

        assertEquals(200, set.status(), set::body);
        assertEquals("{\"tokens\":9007199254740991,\"requests\":1,\"window\":\"month\"}", set.body());
        assertEquals(set.body(), admin("GET", budget).send().body());
        assertEquals(List.of("ADMIN_ACTION"), SharedServer.get().audited(request));
        assertEquals(200, put(budget, "{\"requests\":7,\"window\":\"total\"}").status());
        assertEquals(
                "{\"requests\":7,\"window\":\"total\"}",
                admin("GET", budget).send().body());
        assertEquals(204, admin("DELETE", budget).send().status());
        assertEquals(404, admin("GET", budget).send().status());
        assertEquals(204, admin("DELETE", budget).send().status(), "can be repeated after a 503");
    }

    @Test
    void aRoleHasOneForEachOfItsHolders() {
        String role = role();
        String path = "/admin/api/roles/" + role + "/budget";

        assertEquals(200, put(path, "{\"requests\":1,\"window\":\"day\"}").status());
        assertEquals(
                "{\"requests\":1,\"window\":\"day\"}", admin("GET", path).send().body());
        answer(chat(1, 1));
        for (int holder = 0; holder < 2; holder++) {
            Session session = Session.of(Session.newUser("user", role));
            assertEquals(200, chat(session, "x").status());
            Answer refused = chat(session, "x");
            assertEquals("budget_exhausted", refused.error());
            assertEquals("role", refused.json().getString("scope"));
        }
        assertEquals(204, admin("DELETE", path).send().status());
        assertEquals(404, admin("GET", path).send().status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"window\":\"day\"}",
                "{\"tokens\":5}",
                "{\"tokens\":0,\"window\":\"day\"}",
                "{\"tokens\":-1,\"window\":\"day\"}",
                "{\"tokens\":9007199254740992,\"window\":\"day\"}",
                "{\"tokens\":1e400,\"window\":\"day\"}",
                "{\"tokens\":1.5,\"window\":\"day\"}",
                "{\"tokens\":\"5\",\"window\":\"day\"}",
                "{\"requests\":0,\"window\":\"day\"}",
                "{\"tokens\":5,\"window\":\"week\"}",
                "{\"tokens\":5,\"window\":\"DAY\"}",
                "{\"tokens\":5,\"window\":\"day\",\"dollars\":1}",
                "[]"
            })
    void aBadBudgetIsRefusedInWordsAndNothingChanges(String body) {
        put(budget, "{\"tokens\":5,\"window\":\"day\"}");

        Answer refused = put(budget, body);

        assertEquals(400, refused.status(), refused::body);
        assertEquals("invalid_request", refused.error());
        assertFalse(refused.json().getString("detail").isEmpty());
        assertEquals(
                "{\"tokens\":5,\"window\":\"day\"}", admin("GET", budget).send().body());
    }

    @Test
    void whatIsNotThereHasNoBudget() {
        String body = "{\"tokens\":5,\"window\":\"day\"}";
        for (String path : List.of(
                "/admin/api/users/" + UUID.randomUUID() + "/budget",
                "/admin/api/users/x/budget",
                "/admin/api/roles/nobody-has-this/budget",
                "/admin/api/roles/%2F/budget")) {
            assertEquals(404, put(path, body).status(), path);
            assertEquals(404, admin("GET", path).send().status(), path);
            assertEquals(404, admin("DELETE", path).send().status(), path);
        }
    }

    @Test
    void nobodyRaisesTheirOwn() {
        put(budget, "{\"tokens\":5,\"window\":\"day\"}");
        for (String method : List.of("GET", "PUT", "DELETE")) {
            Client.Request request = user.with(user.client.request(method, budget));
            Answer refused =
                    (method.equals("PUT") ? request.json("{\"tokens\":500,\"window\":\"day\"}") : request).send();
            assertEquals("insufficient_permissions", refused.error());
        }
        assertEquals(
                "{\"tokens\":5,\"window\":\"day\"}", admin("GET", budget).send().body());
    }

    @Test
    void whoMayChangeAccountsDoesNotRaiseTheirOwnEither() {
        Session helper = Session.withPermission("users:write");
        String own = "/admin/api/users/" + helper.claims().getString("sub") + "/budget";
        put(own, "{\"tokens\":5,\"window\":\"day\"}");
        assertEquals(
                "insufficient_permissions",
                helper.with(helper.client.request("PUT", own))
                        .json("{\"tokens\":500,\"window\":\"day\"}")
                        .send()
                        .error());
        assertEquals(
                "insufficient_permissions",
                helper.with(helper.client.request("DELETE", own)).send().error());
        assertEquals(
                "{\"tokens\":5,\"window\":\"day\"}", admin("GET", own).send().body());
    }

    // calls

    /** Each of them would be read otherwise by an upstream that is lenient, or never tell what it took. */
    @Test
    void aBudgetOfTokensCannotBeAvoidedByWhatCannotBeCounted() {
        String key = ApiKeys.of(user);
        put(budget, "{\"tokens\":200,\"window\":\"day\"}");
        answer(chat(30, 70));
        Map<String, String> bodies = Map.of(
                "model=m&messages=x",
                "application/x-www-form-urlencoded",
                "/* */ {" + MESSAGE,
                "application/json",
                "{\"background\":true," + MESSAGE,
                "application/json",
                "{\"n\":2251799813685248," + MESSAGE,
                "application/json");
        bodies.forEach((body, type) -> {
            Answer refused = new Client()
                    .post(CHAT)
                    .header("X-Script", script)
                    .header("Authorization", "Bearer " + key)
                    .body(type, body.getBytes(StandardCharsets.UTF_8))
                    .send();
            assertEquals(400, refused.status(), body);
            assertEquals("invalid_request", refused.error(), body);
        });
        assertTrue(received.isEmpty(), "nothing was sent");
        assertEquals(200, chat(key, "{\"max_tokens\":5000," + MESSAGE).status());
        assertTrue(cap() > 100, "and nothing was taken");
    }

    @Test
    void anAnswerIsCappedAtWhatIsLeftAndWhatItReallyTookIsSettled() {
        String key = ApiKeys.of(user);
        put(budget, "{\"tokens\":200,\"window\":\"day\"}");
        answer(chat(30, 70));

        Answer first = chat(key, "{\"max_tokens\":5000," + MESSAGE);

        assertEquals(200, first.status(), first::body);
        long cap = cap();
        long estimate = 200 - cap;
        assertTrue(cap > 100 && cap < 200, "the prompt's estimate and the answer: " + cap);
        assertTrue(
                first.headers("RateLimit").contains("\"budget\";r=0;t=" + seconds(first)), first.headers()::toString);
        assertEquals(List.of("\"budget\";q=200;qu=\"tokens\";w=86400"), budgetPolicy(first));

        Answer second = chat(key, "{\"max_tokens\":5000," + MESSAGE);
        assertEquals(100 - estimate, cap(), "100 were used");
        assertEquals(200, second.status());
        Answer third = chat(key, "{\"max_tokens\":5000," + MESSAGE);
        assertEquals(429, third.status());
        assertEquals("budget_exhausted", third.error());
        assertEquals("account", third.json().getString("scope"));
        assertEquals("tokens", third.json().getString("unit"));
        assertEquals(seconds(third), Long.parseLong(third.header("Retry-After").orElseThrow()));
        assertTrue(third.headers("RateLimit").stream().anyMatch(value -> value.startsWith("\"budget\";r=0;t=")));
        assertTrue(received.isEmpty(), "nothing was sent");

        put(budget, "{\"tokens\":1000,\"window\":\"day\"}");
        assertEquals(200, chat(key, "{\"max_tokens\":5," + MESSAGE).status(), "raised, from the next request on");
        assertEquals(5, cap());
    }

    @Test
    void keyAndAccountMustBothHaveRoom() {
        String key = ApiKeys.of(user, "{\"name\":\"small\",\"budget\":{\"requests\":1,\"window\":\"total\"}}");
        put(budget, "{\"requests\":2,\"window\":\"month\"}");
        answer(chat(1, 1));

        assertEquals(200, chat(key, "x").status());
        Answer ofKey = chat(key, "x");
        assertEquals("key", ofKey.json().getString("scope"));
        assertEquals("86400", ofKey.header("Retry-After").orElseThrow(), "in total: when somebody may have raised it");
        assertEquals(200, chat(user, "x").status(), "with an access token the key's does not count");
        assertEquals("account", chat(user, "x").json().getString("scope"));
        assertEquals("account", chat(ApiKeys.of(user), "x").json().getString("scope"));
    }

    @Test
    void whatTheUpstreamRefusesCostsARequestAndNoTokens() {
        String key = ApiKeys.of(user);
        put(budget, "{\"tokens\":200,\"requests\":2,\"window\":\"day\"}");
        answer(TestUpstream.answer("500 Oops", "", ""));
        assertEquals(500, chat(key, "{" + MESSAGE).status());
        received();
        answer(chat(30, 70));
        assertEquals(200, chat(key, "{\"max_tokens\":5000," + MESSAGE).status());
        assertTrue(cap() > 100, "all 200 were there");
        assertEquals("requests", chat(key, "{" + MESSAGE).json().getString("unit"));
    }

    @Test
    void ofManyParallelCallsNoMoreReachTheUpstreamThanTheBudgetHas() throws Exception {
        String key = ApiKeys.of(user);
        put(budget, "{\"requests\":10,\"window\":\"day\"}");
        answer(chat(1, 1));
        ExecutorService callers = Executors.newFixedThreadPool(SharedServer.EXCHANGES_PER_SUBJECT);
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            calls.add(() -> chat(key, "x"));
        }
        int admitted = 0;
        for (Future<Answer> call : callers.invokeAll(calls)) {
            admitted += call.get().status() == 200 ? 1 : 0;
            assertTrue(
                    call.get().status() == 200 || call.get().status() == 429,
                    call.get().body());
        }
        callers.shutdown();
        assertEquals(10, admitted);
        assertEquals(10, received.size());
    }

    @Test
    @Tag("one-store") // the memory store is emptied by a restart alone
    void anEmptiedStoreKnowsFromTheDatabaseWhatWasUsed() {
        String key = ApiKeys.of(user);
        put(budget, "{\"tokens\":200,\"window\":\"total\"}");
        answer(chat(60, 70));
        assertEquals(200, chat(key, "{\"max_tokens\":100," + MESSAGE).status());
        cap();
        assertEquals(200, user.with(user.client.get("/auth/usage")).send().status(), "saved before it is answered");

        assertTrue(SharedServer.get().loseBudgets(user) > 0);

        assertEquals(200, chat(key, "{\"max_tokens\":5000," + MESSAGE).status());
        assertTrue(cap() < 70, "130 of 200 were used");
        assertEquals(
                "budget_exhausted", chat(key, "{\"max_tokens\":100," + MESSAGE).error());
    }

    private static final String MESSAGE =
            "\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";

    /** The limit in the next body that the upstream got. */
    private long cap() {
        String body = new String(received().body(), StandardCharsets.UTF_8);
        return new Answer(200, List.of(), body)
                .json()
                .getJsonNumber("max_tokens")
                .longValue();
    }

    private String role() {
        String role = "metered-" + UUID.randomUUID();
        Answer made = admin("PUT", "/admin/api/roles/" + role)
                .json("{\"permissions\":[\"chat:write\"]}")
                .send();
        assertEquals(200, made.status());
        return role;
    }

    private static Client.Request admin(String method, String path) {
        Session admin = Session.admin();
        return admin.with(admin.client.request(method, path));
    }

    private static Answer put(String path, String body) {
        return admin("PUT", path).json(body).send();
    }

    private Answer chat(Session session, String body) {
        return request(session, "POST", CHAT)
                .body("text/plain", body.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private Answer chat(String key, String body) {
        return new Client()
                .post(CHAT)
                .header("X-Script", script)
                .header("Authorization", "Bearer " + key)
                .body(body.startsWith("{") ? "application/json" : "text/plain", body.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    static byte[] chat(long prompt, long answer) {
        String body = "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[],\"usage\":{\"prompt_tokens\":"
                + prompt + ",\"completion_tokens\":" + answer + ",\"total_tokens\":" + (prompt + answer) + "}}";
        return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> budgetPolicy(Answer answer) {
        return answer.headers("RateLimit-Policy").stream()
                .filter(policy -> policy.startsWith("\"budget\""))
                .toList();
    }

    /** The t of the budget's RateLimit. */
    private static long seconds(Answer answer) {
        return answer.headers("RateLimit").stream()
                .filter(value -> value.startsWith("\"budget\""))
                .map(value -> value.replaceAll(".*t=", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
