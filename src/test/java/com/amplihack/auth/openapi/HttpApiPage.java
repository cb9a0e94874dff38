package com.amplihack.auth.openapi;

import com.amplihack.auth.openapi.OpenApi.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Writes docs/http-api.md: the OpenAPI document for people. */
final class HttpApiPage {
    private static final OpenApi DOCUMENT = OpenApi.get();

    private final StringBuilder page = new StringBuilder();

    private HttpApiPage() {}

    static String write() {
        HttpApiPage writer = new HttpApiPage();
        writer.writeAll();
        return writer.page.toString();
    }

    private void writeAll() {
        JsonNode root = DOCUMENT.root();
        line("# HTTP API");
        line("");
        line("<!-- Made from src/main/resources/META-INF/openapi.yaml by HttpApiPageTest; change that file. -->");
        line("");
        line("The server answers the same as an OpenAPI document at `/openapi`. Each error code is explained in"
                + " [errors.md](errors.md), tokens and cookies in [tokens.md](tokens.md).");
        line("");
        line(root.at("/info/description").asString().strip());
        credentials(root.at("/components/securitySchemes"));
        headers();
        root.path("tags").valueStream().forEach(this::section);
        line("");
        line("## Bodies");
        line("");
        line("A member is required unless its type is followed by `?`.");
        root.at("/components/schemas").properties().forEach(schema -> schema(schema.getKey(), schema.getValue()));
    }

    private void credentials(JsonNode schemes) {
        line("");
        line("## Credentials");
        line("");
        line("| name | where | |");
        line("| --- | --- | --- |");
        schemes.properties()
                .forEach(scheme -> line("| `" + scheme.getKey() + "` | " + where(scheme.getValue()) + " | "
                        + text(scheme.getValue().path("description")) + " |"));
    }

    private static String where(JsonNode scheme) {
        return scheme.path("type").asString().equals("http")
                ? "`Authorization: Bearer …`"
                : scheme.path("in").asString() + " `" + scheme.path("name").asString() + '`';
    }

    private void headers() {
        JsonNode common = DOCUMENT.component("responses", "AnyAnswer").path("headers");
        line("");
        line("## Headers of answers");
        line("");
        line("| name | on | |");
        line("| --- | --- | --- |");
        DOCUMENT.root().at("/components/headers").properties().forEach(header -> {
            boolean always = header.getValue().path("required").asBoolean(false);
            String on = !common.has(header.getKey()) ? "where named below" : always ? "every answer" : "any answer";
            String name = header.getKey().equals("Scope-Challenge") ? "WWW-Authenticate" : header.getKey();
            JsonNode example = header.getValue().path("example");
            line("| `" + name + "` | " + on + " | "
                    + text(header.getValue().path("description"))
                    + (example.isMissingNode() ? "" : " `" + example.asString() + '`') + " |");
        });
    }

    private void section(JsonNode tag) {
        String name = tag.path("name").asString();
        line("");
        line("## " + name);
        line("");
        line(text(tag.path("description")));
        DOCUMENT.operations().stream()
                .filter(operation ->
                        operation.json().path("tags").path(0).asString().equals(name))
                .forEach(this::operation);
    }

    private void operation(Operation operation) {
        JsonNode json = operation.json();
        line("");
        line("### `" + operation.method() + ' ' + operation.path() + '`');
        line("");
        line(Stream.of(json.path("summary"), json.path("description"))
                .map(HttpApiPage::text)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" ")));
        line("");
        line("Credentials: " + alternatives(json.path("security")) + '.' + permissions(operation));
        parameters(operation);
        requestBody(json.path("requestBody"));
        line("");
        line("| status | `error` | headers | body | |");
        line("| --- | --- | --- | --- | --- |");
        operation.responses().properties().forEach(this::response);
        operation.responses().properties().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .forEach(response -> examples(response.getKey(), DOCUMENT.follow(response.getValue())));
    }

    private static String permissions(Operation operation) {
        if (!operation.path().startsWith("/admin/api/")) {
            return "";
        }
        List<String> permissions = operation.permissions();
        return permissions.isEmpty()
                ? " Role `admin`."
                : " Role `admin` or permission `" + String.join("` or `", permissions) + "`.";
    }

    private static String alternatives(JsonNode security) {
        if (security.isEmpty()) {
            return "none";
        }
        return security.valueStream()
                .map(way -> way.isEmpty()
                        ? "none"
                        : way.propertyNames().stream()
                                .map(name -> '`' + name + '`')
                                .collect(Collectors.joining(" with ")))
                .collect(Collectors.joining(", or "));
    }

    private void parameters(Operation operation) {
        List<JsonNode> parameters = DOCUMENT.parameters(operation);
        if (parameters.isEmpty()) {
            return;
        }
        line("");
        line("| parameter | in | type | |");
        line("| --- | --- | --- | --- |");
        for (JsonNode parameter : parameters) {
            line("| `" + parameter.path("name").asString() + "` | "
                    + parameter.path("in").asString() + " | " + type(parameter.path("schema")) + " | "
                    + text(parameter.path("description")) + " |");
        }
    }

    private void requestBody(JsonNode body) {
        if (body.isMissingNode()) {
            return;
        }
        line("");
        line("Request body" + (body.path("required").asBoolean(false) ? "" : " (optional)") + ": "
                + bodies(body.path("content"))
                + (body.has("description") ? ". " + text(body.path("description")) : "."));
        body.path("content")
                .valueStream()
                .filter(media -> media.has("example"))
                .forEach(media -> json(media.get("example")));
    }

    private void response(Map.Entry<String, JsonNode> entry) {
        JsonNode response = DOCUMENT.follow(entry.getValue());
        String headers = response.path("headers").propertyNames().stream()
                .map(name -> '`' + name + '`')
                .collect(Collectors.joining(", "));
        String codes = codes(response).stream().map(code -> '`' + code + '`').collect(Collectors.joining(", "));
        String bodies = codes.isEmpty() ? bodies(response.path("content")) : "[Problem](#problem)";
        line("| " + entry.getKey() + " | " + codes + " | " + headers + " | " + bodies + " | "
                + text(response.path("description")) + " |");
    }

    private static List<String> codes(JsonNode response) {
        JsonNode schema =
                response.path("content").path("application/problem+json").path("schema");
        return DOCUMENT.follow(schema)
                .path("properties")
                .path("error")
                .path("enum")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    private static String bodies(JsonNode content) {
        List<String> bodies = new ArrayList<>();
        content.properties().forEach(media -> {
            String of = type(media.getValue().path("schema"));
            bodies.add('`' + media.getKey() + '`' + (of.startsWith("[") ? ' ' + of : ""));
        });
        return String.join(" or ", bodies);
    }

    private void examples(String status, JsonNode response) {
        response.path("content")
                .valueStream()
                .flatMap(media -> Stream.concat(
                        media.optional("example").stream(),
                        media.path("examples").valueStream().map(example -> example.path("value"))))
                .forEach(example -> {
                    line("");
                    line(status + ':');
                    json(example);
                });
    }

    private void json(JsonNode value) {
        line("");
        line("```json");
        line(OpenApi.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value));
        line("```");
    }

    private void schema(String name, JsonNode schema) {
        line("");
        line("### " + name);
        line("");
        if (schema.has("description")) {
            line(text(schema.path("description")));
            line("");
        }
        if (!schema.has("properties")) {
            line("A " + type(schema) + '.');
            return;
        }
        List<String> required =
                schema.path("required").valueStream().map(JsonNode::asString).toList();
        line("| member | type | |");
        line("| --- | --- | --- |");
        schema.path("properties")
                .properties()
                .forEach(member -> line("| `" + member.getKey() + "` | "
                        + type(member.getValue()) + (required.contains(member.getKey()) ? "" : "?") + " | "
                        + text(member.getValue().path("description")) + " |"));
    }

    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asString().replaceFirst(".*/", "");
            return '[' + name + "](#" + name.toLowerCase(Locale.ROOT) + ')';
        }
        if (schema.has("enum")) {
            return schema.get("enum")
                    .valueStream()
                    .map(value -> '`' + value.asString() + '`')
                    .collect(Collectors.joining(" or "));
        }
        String type = schema.path("type").asString();
        if (type.equals("array")) {
            type = "list of " + type(schema.path("items"));
        } else if (type.equals("object") && schema.has("properties")) {
            type = "object with "
                    + schema.path("properties").propertyNames().stream()
                            .map(name -> '`' + name + '`')
                            .collect(Collectors.joining(", "));
        } else if (schema.has("format")) {
            type = type + " (" + schema.get("format").asString() + ')';
        }
        return schema.path("nullable").asBoolean(false) ? type + " or null" : type;
    }

    private static String text(JsonNode description) {
        return description.isMissingNode()
                ? ""
                : description.asString().strip().replaceAll("\\s+", " ").replace("|", "\\|");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
