package com.amplihack.auth.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.AuthApplication;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.openapi.Contract.Exchange;
import com.amplihack.auth.openapi.OpenApi.Operation;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document is complete and agrees with the code, and {@link Contract} sees where an answer does not. */
class OpenApiTest {
    /** Answered by filters, by the server or from files, and so by no resource. */
    private static final Set<String> NOT_OF_RESOURCES = Set.of("Forward-auth", "Proxy", "Operation", "Pages");

    private static final OpenApi DOCUMENT = OpenApi.get();

    @Test
    void everyErrorCodeIsDocumentedAndPromisedUnderItsStatus() {
        Set<String> codes =
                Arrays.stream(ErrorCode.values()).map(ErrorCode::code).collect(Collectors.toCollection(TreeSet::new));
        Set<String> promised = new TreeSet<>(Set.of(ErrorCode.INTERNAL_ERROR.code())); // of no operation
        for (Operation operation : DOCUMENT.operations()) {
            operation.responses().properties().forEach(response -> {
                for (String code : codes(response.getValue())) {
                    assertEquals(
                            Integer.toString(ErrorCode.valueOf(code.toUpperCase(Locale.ROOT))
                                    .status()),
                            response.getKey(),
                            operation.id() + ": " + code);
                    promised.add(code);
                }
            });
        }
        assertEquals(codes, promised);
        assertEquals(
                codes,
                new TreeSet<>(strings(DOCUMENT.component("schemas", "ErrorCode").path("enum"))));
    }

    @Test
    void everyResourceMethodIsAnOperationAndTheOtherWayRound() {
        Set<String> methods = new TreeSet<>();
        for (Class<?> type : new AuthApplication().getClasses()) {
            for (Method method : type.getMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (verb != null) {
                        Path below = method.getAnnotation(Path.class);
                        methods.add(verb.value() + " "
                                + type.getAnnotation(Path.class).value() + (below == null ? "" : below.value()));
                    }
                }
            }
        }
        Set<String> operations = DOCUMENT.operations().stream()
                .filter(operation -> !NOT_OF_RESOURCES.contains(
                        operation.json().path("tags").path(0).asString()))
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(methods, operations);
    }

    @Test
    void everyMethodOfTheAdministrationNamesThePermissionsThatOpenIt() {
        Map<String, List<String>> annotated = new TreeMap<>();
        for (Class<?> type : new AuthApplication().getClasses()) {
            Path path = type.getAnnotation(Path.class);
            if (path == null || !path.value().startsWith("/admin/api")) {
                continue;
            }
            for (Method method : type.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (verb != null) {
                        Path below = method.getAnnotation(Path.class);
                        AdminOrPermission open = method.getAnnotation(AdminOrPermission.class);
                        annotated.put(
                                verb.value() + " " + path.value() + (below == null ? "" : below.value()),
                                open == null ? List.of() : List.of(open.value()));
                    }
                }
            }
        }
        Map<String, List<String>> documented = new TreeMap<>();
        DOCUMENT.operations().stream()
                .filter(operation -> operation.path().startsWith("/admin/api/"))
                .forEach(operation ->
                        documented.put(operation.method() + " " + operation.path(), operation.permissions()));
        assertEquals(annotated, documented);
    }

    @Test
    void everyOperationHasANameOfItsOwnASummaryAndATagThatIsExplained() {
        Set<String> tags = DOCUMENT.root()
                .path("tags")
                .valueStream()
                .map(tag -> tag.path("name").asString())
                .collect(Collectors.toSet());
        Set<String> names = new TreeSet<>();
        for (Operation operation : DOCUMENT.operations()) {
            assertTrue(names.add(operation.id()), operation.id());
            assertTrue(operation.json().path("summary").asString().endsWith("."), operation.id());
            assertTrue(tags.contains(operation.json().path("tags").path(0).asString()), operation.id());
        }
    }

    @Test
    void everyParameterOfAPathIsDeclared() {
        for (Operation operation : DOCUMENT.operations()) {
            Set<String> declared = DOCUMENT.parameters(operation).stream()
                    .filter(parameter -> parameter.path("in").asString().equals("path"))
                    .map(parameter -> parameter.path("name").asString())
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> used = Pattern.compile("\\{(\\w+)}")
                    .matcher(operation.path())
                    .results()
                    .map(match -> match.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(used, declared, operation.id());
        }
    }

    @Test
    void everyExampleFitsItsSchema() {
        List<String> wrong = new ArrayList<>();
        int[] seen = {0};
        visit("", DOCUMENT.root(), (at, node) -> {
            if (node.has("schema")) {
                Stream.concat(
                                node.optional("example").stream(),
                                node.path("examples").valueStream().map(example -> example.path("value")))
                        .forEach(example -> {
                            seen[0]++;
                            DOCUMENT.violations(node.get("schema"), example)
                                    .forEach(violation -> wrong.add(at + ": " + violation));
                        });
            }
        });
        assertEquals(List.of(), wrong);
        assertTrue(seen[0] > 50, "examples: " + seen[0]);
    }

    @Test
    void everyReferenceLeadsToAComponentAndEveryComponentIsUsed() {
        Set<String> used = new TreeSet<>(Set.of(
                "/components/responses/AnyAnswer",
                "/components/responses/MethodNotAllowed",
                "/components/responses/Methods",
                "/components/responses/Preflight"));
        visit("", DOCUMENT.root(), (at, node) -> {
            if (node.has("$ref")) {
                String target = node.get("$ref").asString().substring(1);
                assertTrue(DOCUMENT.root().at(target).isObject(), at + " refers to " + target);
                used.add(target);
            }
        });
        Set<String> there = new TreeSet<>();
        DOCUMENT.root().path("components").properties().stream()
                .filter(kind -> !kind.getKey().equals("securitySchemes"))
                .forEach(kind -> kind.getValue()
                        .propertyNames()
                        .forEach(name -> there.add("/components/" + kind.getKey() + "/" + name)));
        assertEquals(there, used);
    }

    @Test
    void anAnswerAsDeclaredIsNoViolation() {
        assertEquals(List.of(), Contract.violations(user(200, USER)));
        assertEquals(List.of(), Contract.violations(exchange("GET", "/nowhere", 404, PROBLEM_TYPE, NOT_FOUND)));
        assertEquals(List.of(), Contract.violations(exchange("GET", "/v1/api/user/", 200, "application/json", USER)));
        assertEquals(List.of(), Contract.violations(exchange("GET", "/api/user//", 404, PROBLEM_TYPE, NOT_FOUND)));
        assertEquals(List.of(), Contract.violations(exchange("GET", "/index.html/", 404, PROBLEM_TYPE, NOT_FOUND)));
        for (String path : List.of("/auth/verify/", "/v1/auth/verify/a/b;c=d", "/auth/verify?role=user")) {
            Exchange admitted = exchange("DELETE", path, 200, "", "");
            for (String header : List.of("Username", "Roles", "Permissions")) {
                admitted = with(admitted, "X-Auth-" + header, "x");
            }
            admitted = with(admitted, "X-Auth-Subject", "9eeeaa0c-541c-46ac-9ff8-af3cec4b0160");
            admitted = with(admitted, "X-Auth-Session", "A".repeat(43));
            assertEquals(List.of(), Contract.violations(admitted), path);
        }
    }

    @Test
    void everyDeviationIsAViolation() {
        Map<String, Exchange> deviations = Map.of(
                "an undeclared status", user(202, USER),
                "an unknown member", user(200, USER.replace("\"roles\"", "\"more\":1,\"roles\"")),
                "a missing member", user(200, USER.replace("\"username\":\"ada\",", "")),
                "another type", user(200, USER.replace("\"ada\"", "7")),
                "a time that is none", user(200, USER.replace("2026-11-23T22:39:54Z", "tomorrow")),
                "another media type", exchange("GET", "/api/user", 200, "text/html", USER),
                "no body", user(200, ""),
                "an error code of another operation",
                        exchange("GET", "/api/user", 400, PROBLEM_TYPE, NOT_FOUND.replace("404", "400")),
                "success at an unknown path", exchange("GET", "/nowhere", 200, "application/json", "{}"),
                "success of an unknown method", exchange("PUT", "/api/user", 200, "application/json", USER));
        deviations.forEach((name, exchange) -> assertNotEquals(List.of(), Contract.violations(exchange), name));
    }

    @Test
    void everyDeviationOfAHeaderIsAViolation() {
        Exchange good = user(200, USER);
        assertNotEquals(List.of(), Contract.violations(with(good, "X-Powered-By", "Payara")));
        assertNotEquals(List.of(), Contract.violations(with(good, "RateLimit", "99")));
        assertNotEquals(List.of(), Contract.violations(without(good, "Referrer-Policy")));
        assertNotEquals(List.of(), Contract.violations(without(good, "X-Request-Id")));
    }

    @Test
    void aRequestThatSucceedsIsOneThatIsDescribed() {
        Exchange good = user(200, USER);
        Exchange bare =
                new Exchange(good.method(), good.target(), List.of(), "", good.status(), good.headers(), good.body());
        assertNotEquals(List.of(), Contract.violations(bare), "without a token");
        Exchange role =
                exchange("PUT", "/admin/api/roles/r", 200, "application/json", "{\"name\":\"r\",\"permissions\":[]}");
        assertNotEquals(List.of(), Contract.violations(role), "without a body");
        assertEquals(List.of(), Contract.violations(sending(role, "{\"permissions\":[]}")));
        assertNotEquals(List.of(), Contract.violations(sending(role, "{\"permission\":[]}")));
    }

    private static final String USER = "{\"user_id\":\"9eeeaa0c-541c-46ac-9ff8-af3cec4b0160\",\"username\":\"ada\","
            + "\"roles\":[],\"permissions\":[],\"session_id\":\"" + "A".repeat(43)
            + "\",\"expires_at\":\"2026-11-23T22:39:54Z\"}";
    private static final String PROBLEM_TYPE = "application/problem+json";
    private static final String NOT_FOUND = "{\"type\":\"https://amplihack.com/docs/auth/errors#not_found\","
            + "\"title\":\"Not found\",\"status\":404,\"detail\":\"Not found.\",\"error\":\"not_found\"}";

    private static Exchange user(int status, String body) {
        return exchange("GET", "/api/user", status, "application/json", body);
    }

    private static Exchange exchange(String method, String target, int status, String type, String body) {
        return new Exchange(
                method,
                target,
                List.of(Map.entry("Authorization", "Bearer x")),
                "",
                status,
                List.of(
                        Map.entry("Content-Type", type),
                        Map.entry("X-Request-Id", "12345678"),
                        Map.entry("Content-Security-Policy", "default-src 'self'"),
                        Map.entry("X-Content-Type-Options", "nosniff"),
                        Map.entry("X-Frame-Options", "DENY"),
                        Map.entry("Referrer-Policy", "no-referrer"),
                        Map.entry("Permissions-Policy", "camera=()")),
                body);
    }

    private static Exchange with(Exchange good, String name, String value) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(good.headers());
        headers.add(Map.entry(name, value));
        return new Exchange(
                good.method(), good.target(), good.requestHeaders(), "", good.status(), headers, good.body());
    }

    private static Exchange without(Exchange good, String name) {
        List<Map.Entry<String, String>> headers = good.headers().stream()
                .filter(header -> !header.getKey().equals(name))
                .toList();
        return new Exchange(
                good.method(), good.target(), good.requestHeaders(), "", good.status(), headers, good.body());
    }

    private static Exchange sending(Exchange good, String json) {
        List<Map.Entry<String, String>> headers = new ArrayList<>(good.requestHeaders());
        headers.add(Map.entry("Content-Type", "application/json"));
        return new Exchange(good.method(), good.target(), headers, json, good.status(), good.headers(), good.body());
    }

    /** The error codes of a response. */
    private static List<String> codes(JsonNode response) {
        JsonNode schema = DOCUMENT.follow(response)
                .path("content")
                .path("application/problem+json")
                .path("schema");
        return strings(DOCUMENT.follow(schema).path("properties").path("error").path("enum"));
    }

    private static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    private static void visit(String at, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(at, node);
        node.properties().forEach(member -> visit(at + "/" + member.getKey(), member.getValue(), visitor));
        if (node.isArray()) {
            node.valueStream().forEach(element -> visit(at + "/", element, visitor));
        }
    }
}
