package com.amplihack.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** The Lua of {@code server-config/envoy/envoy.yaml}, with stand-ins for what Envoy gives it. */
class EnvoySampleTest {
    /** What Envoy's {@code request_handle} does, as far as the script uses it. */
    private static final String ENVOY =
            """
            local headers = {}
            function headers:get(name) return sent[name] end
            function headers:add(name, value) sent[name] = value end
            function headers:replace(name, value) sent[name] = value end
            function headers:remove(name) sent[name] = nil end
            local plain = pairs
            function pairs(table) return plain(table == headers and sent or table) end
            local metadata = {}
            function metadata:get(name) return configured[name] end
            request = {}
            function request:headers() return headers end
            function request:metadata() return metadata end
            function request:httpCall(cluster, question, body, timeout) asked = question return answer, text end
            function request:respond(head, body) responded = head end
            """;

    private final Globals lua = JsePlatform.standardGlobals();
    private final Map<String, String> answer = new TreeMap<>(Map.of(
            ":status",
            "200",
            "x-auth-subject",
            "u1",
            "x-auth-username",
            "alice",
            "x-auth-roles",
            "",
            "ratelimit",
            "r"));
    private final Map<String, String> sent = new TreeMap<>(Map.of(
            ":authority",
            "app.example",
            ":path",
            "/orders/%zz?permission=mine",
            ":method",
            "POST",
            "authorization",
            "Bearer t"));
    private final Map<String, String> configured = new TreeMap<>();

    @Test
    void anAdmittedRequestGoesOnAsWhomTheAnswerSays() throws IOException {
        sent.putAll(Map.of(
                "x-auth-subject", "root",
                "x-auth-roles", "admin",
                "x-auth-email", "root@example.com",
                "x_auth_subject", "root",
                "session-handle", "h",
                "cookie", "a=b; session_id=s; __Host-session_id=s; theme=dark"));
        configured.put("required", "permission=orders:read");
        Map<String, String> passed = run();
        assertEquals(LuaValue.NIL, lua.get("responded"));
        assertEquals(
                Map.of(
                        ":authority", "app.example",
                        ":path", "/orders/%zz?permission=mine",
                        ":method", "POST",
                        "cookie", "a=b; theme=dark",
                        "x-auth-subject", "u1",
                        "x-auth-username", "alice",
                        "x-auth-roles", ""),
                passed);
        Map<String, String> asked = strings(lua.get("asked").checktable());
        assertEquals("/auth/verify?permission=orders:read", asked.get(":path"));
        assertEquals("GET", asked.get(":method"));
        assertEquals("Bearer t", asked.get("authorization"));
        assertFalse(asked.containsKey("x-auth-subject"));
    }

    @Test
    void anApiKeyIsShownAndNotPassedOn() throws IOException {
        answer.put("x-auth-key", "4kQ2nVx8LrT0aZ7c");
        sent.putAll(Map.of("x-api-key", "amp_k", "x-auth-key", "root"));
        sent.remove("authorization");
        Map<String, String> passed = run();
        assertEquals("amp_k", strings(lua.get("asked").checktable()).get("x-api-key"));
        assertFalse(passed.containsKey("x-api-key"));
        assertEquals("4kQ2nVx8LrT0aZ7c", passed.get("x-auth-key"));

        sent.put("x-api-key", "the application's own");
        assertEquals("the application's own", run().get("x-api-key"));
    }

    @Test
    void theQuestionDoesNotDependOnTheClientsPath() throws IOException {
        run();
        assertEquals("/auth/verify", strings(lua.get("asked").checktable()).get(":path"));
    }

    @ParameterizedTest
    @CsvSource({"401, 401", "403, 403", "429, 429", "503, 503", "200, 503", "204, 503", "302, 503", "'', 503"})
    void everythingElseIsARefusal(String status, String expected) throws IOException {
        answer.put(":status", status);
        answer.put("x-auth-subject", status.equals("200") ? "" : "u1");
        answer.put("set-cookie", "a=b");
        run();
        assertEquals(
                Map.of(":status", expected, "ratelimit", "r"),
                strings(lua.get("responded").checktable()));
    }

    private Map<String, String> run() throws IOException {
        lua.set("sent", table(sent));
        lua.set("answer", table(answer));
        lua.set("configured", table(configured));
        lua.load(ENVOY).call();
        lua.load(script()).call();
        lua.get("envoy_on_request").call(lua.get("request"));
        return strings(lua.get("sent").checktable());
    }

    private static String script() throws IOException {
        List<String> script = new ArrayList<>();
        String indentation = null;
        for (String line : Files.readAllLines(Path.of("server-config/envoy/envoy.yaml"))) {
            if (line.strip().equals("inline_string: |")) {
                indentation = " ".repeat(line.indexOf("inline_string") + 2);
            } else if (indentation != null && (line.isBlank() || line.startsWith(indentation))) {
                script.add(line);
            } else if (indentation != null) {
                break;
            }
        }
        return script.stream().collect(Collectors.joining("\n"));
    }

    private static LuaTable table(Map<String, String> map) {
        LuaTable table = new LuaTable();
        map.forEach(table::set);
        return table;
    }

    private static Map<String, String> strings(LuaTable table) {
        Map<String, String> map = new TreeMap<>();
        for (LuaValue key : table.keys()) {
            map.put(key.tojstring(), table.get(key).tojstring());
        }
        return map;
    }
}
