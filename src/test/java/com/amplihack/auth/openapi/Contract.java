package com.amplihack.auth.openapi;

import com.amplihack.auth.openapi.OpenApi.Operation;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Holds the server's answers to the OpenAPI document: path, method, status, headers and body are those that it declares,
 * and a request that succeeded is one that it describes.
 */
public final class Contract {
    /** How a request is answered for which there is no operation. */
    private static final Map<String, String> OTHERWISE = Map.of(
            "400", "InvalidRequest",
            "401", "SignInRequired",
            "403", "AdministrationForbidden",
            "404", "NotFound",
            "405", "MethodNotAllowed",
            "429", "RateLimited",
            "503", "StoreUnavailable");

    private static final Map<String, String> OPTIONS = Map.of("200", "Methods", "204", "Preflight");

    /** RFC 9110 and RFC 9112: of the message and the connection, not of the resource; and the name of the server. */
    private static final Set<String> OF_THE_MESSAGE =
            Set.of("connection", "content-length", "content-type", "date", "keep-alive", "server", "transfer-encoding");

    private static final OpenApi DOCUMENT = OpenApi.get();

    /**
     * One request and its answer.
     *
     * @param target path and query as they were sent
     * @param sent the request's body, or the empty string
     */
    public record Exchange(
            String method,
            String target,
            List<Map.Entry<String, String>> requestHeaders,
            String sent,
            int status,
            List<Map.Entry<String, String>> headers,
            String body) {
        List<String> header(String name) {
            return values(headers, name);
        }

        List<String> requestHeader(String name) {
            return values(requestHeaders, name);
        }

        private static List<String> values(List<Map.Entry<String, String>> headers, String name) {
            return headers.stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        boolean succeeded() {
            return status >= 200 && status < 300;
        }
    }

    private final Exchange exchange;
    private final List<String> violations = new ArrayList<>();

    private Contract(Exchange exchange) {
        this.exchange = exchange;
    }

    /** @throws AssertionError when the document does not allow the answer */
    public static void require(Exchange exchange) {
        List<String> violations = violations(exchange);
        if (!violations.isEmpty()) {
            throw new AssertionError(exchange.method() + " " + exchange.target() + " was answered with "
                    + exchange.status() + " and not as " + OpenApi.FILE + " says: " + violations + "\n"
                    + exchange.body());
        }
    }

    static List<String> violations(Exchange exchange) {
        Contract contract = new Contract(exchange);
        contract.check();
        return contract.violations;
    }

    private void check() {
        if (exchange.header("X-Request-Id").isEmpty()) {
            checkConnector();
            return;
        }
        Optional<Operation> operation = path().flatMap(path -> DOCUMENT.find(exchange.method(), path));
        Optional<JsonNode> response =
                operation.isPresent() ? declared(operation.get().responses()) : otherwise();
        if (response.isEmpty()) {
            violations.add("the status is not declared for "
                    + operation.map(Operation::id).orElse("a request without an operation"));
            return;
        }
        JsonNode content = response.get().path("content");
        checkHeaders(response.get().path("headers"), content.has("*/*"));
        checkBody(content);
        operation.filter(known -> exchange.succeeded()).ifPresent(this::checkRequest);
    }

    /** What the HTTP connector refuses before this service sees it. */
    private void checkConnector() {
        boolean trace = exchange.method().equals("TRACE") && exchange.status() == 405;
        if (!exchange.body().isEmpty() || !(exchange.status() == 400 || trace)) {
            violations.add("there is no X-Request-Id, and this is no refusal of the connector");
        }
    }

    /** As the server reads it; empty when it can be read in more than one way. */
    private Optional<String> path() {
        String sent = exchange.target()
                .split("[?#]", 2)[0]
                .replaceFirst("^/v1(?=/(auth|api)/)", "")
                .replaceFirst("^/v1(?=/(chat/completions|embeddings|messages|models|responses|raw)(/|$))", "/api")
                .replaceFirst("^/api/v1/", "/api/");
        if (sent.matches("/auth/verify([/;].*)?")) {
            // what follows is the path of another application
            return Optional.of(withoutSlashAtTheEnd(sent.replaceAll(";[^/]*", "")));
        }
        if (sent.contains(";") || sent.contains("//") || sent.matches("(?i).*%(2f|5c|3b).*")) {
            return Optional.empty();
        }
        return Optional.of(withoutSlashAtTheEnd(URI.create(sent).normalize().getPath()));
    }

    /** An endpoint answers with it as without it; a file does not. */
    private static String withoutSlashAtTheEnd(String path) {
        boolean trailing = path.length() > 1 && path.endsWith("/") && !path.matches(".*\\.(html|js)/");
        return trailing ? path.substring(0, path.length() - 1) : path;
    }

    private Optional<JsonNode> declared(JsonNode responses) {
        return responses
                .optional(Integer.toString(exchange.status()))
                .or(() -> responses.optional("default"))
                .map(DOCUMENT::follow);
    }

    private Optional<JsonNode> otherwise() {
        String status = Integer.toString(exchange.status());
        String name = exchange.method().equals("OPTIONS") && OPTIONS.containsKey(status)
                ? OPTIONS.get(status)
                : OTHERWISE.get(status);
        return Optional.ofNullable(name).map(known -> DOCUMENT.component("responses", known));
    }

    private void checkHeaders(JsonNode own, boolean upstreams) {
        JsonNode common = DOCUMENT.component("responses", "AnyAnswer").path("headers");
        own.properties().forEach(header -> checkHeader(header.getKey(), DOCUMENT.follow(header.getValue())));
        common.properties().stream()
                .filter(header -> !own.has(header.getKey()))
                .forEach(header -> checkHeader(header.getKey(), DOCUMENT.follow(header.getValue())));
        if (upstreams) {
            return; // with headers that we do not know
        }
        exchange.headers().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !OF_THE_MESSAGE.contains(name.toLowerCase(Locale.ROOT)))
                .filter(name -> !declares(own, name) && !declares(common, name))
                .forEach(name -> violations.add("the header " + name + " is not declared"));
    }

    private void checkHeader(String name, JsonNode header) {
        List<String> values = exchange.header(name);
        if (values.isEmpty() && header.path("required").asBoolean(false)) {
            violations.add("the header " + name + " is missing");
        }
        for (String value : values) {
            DOCUMENT.violations(header.path("schema"), StringNode.valueOf(value))
                    .forEach(violation -> violations.add("the header " + name + ": " + violation));
        }
    }

    private static boolean declares(JsonNode headers, String name) {
        return headers.propertyNames().stream().anyMatch(declared -> declared.equalsIgnoreCase(name));
    }

    private void checkBody(JsonNode content) {
        boolean upstreams = content.has("*/*");
        if (exchange.body().isEmpty()) {
            if (!content.isEmpty() && !upstreams && mustHaveBody()) {
                violations.add("the body is missing");
            }
            return;
        }
        String type = mediaType(exchange.header("Content-Type"));
        JsonNode media = content.has(type) ? content.get(type) : content.path("*/*");
        if (media.isMissingNode()) {
            violations.add("a body of type '" + type + "' is not declared");
        } else if (media.has("schema")) {
            checkJson("the body", media.get("schema"), type, exchange.body());
        }
    }

    /** RFC 9110: an answer to HEAD has none; one to OPTIONS need not. */
    private boolean mustHaveBody() {
        return !exchange.method().equals("HEAD") && !exchange.method().equals("OPTIONS");
    }

    private void checkRequest(Operation operation) {
        if (operation.needsCredential()
                && exchange.requestHeader("Authorization").isEmpty()
                && exchange.requestHeader("x-api-key").isEmpty()) {
            violations.add("it succeeded without an access token or API key");
        }
        JsonNode body = operation.json().path("requestBody");
        if (exchange.sent().isEmpty()) {
            if (body.path("required").asBoolean(false)) {
                violations.add("it succeeded without a body");
            }
            return;
        }
        JsonNode content = body.path("content");
        String type = mediaType(exchange.requestHeader("Content-Type"));
        if (content.has(type)) {
            checkJson("the request", content.get(type).path("schema"), type, exchange.sent());
        } else if (!content.isEmpty() && !content.has("*/*")) {
            violations.add("it succeeded with a body of type '" + type + "'");
        }
    }

    private void checkJson(String what, JsonNode schema, String type, String text) {
        if (!type.endsWith("json") || type.endsWith("ndjson")) {
            return;
        }
        try {
            JsonNode value = OpenApi.JSON.readTree(text.startsWith("\uFEFF") ? text.substring(1) : text);
            DOCUMENT.violations(schema, value).forEach(violation -> violations.add(what + ": " + violation));
        } catch (JacksonException malformed) {
            violations.add(what + " is no JSON");
        }
    }

    private static String mediaType(List<String> contentType) {
        return contentType.isEmpty()
                ? ""
                : contentType.get(0).split(";")[0].strip().toLowerCase(Locale.ROOT);
    }
}
