package com.amplihack.auth.openapi;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI document of this service, as a tree whose references are followed on demand. */
public final class OpenApi {
    public static final Path FILE = Path.of("src/main/resources/META-INF/openapi.yaml");

    static final JsonMapper JSON = new JsonMapper();
    static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    /** That of OpenAPI 3.0; a schema may carry the components that it refers to. */
    private static final Dialect DIALECT = Dialect.builder(Dialects.getOpenApi30())
            .keyword(new NonValidationKeyword("components"))
            .build();

    private static final OpenApi CURRENT = read();

    /** The paths that answer any method with the operation documented for {@code GET}. */
    private static final Pattern ANY_METHOD = Pattern.compile("/auth/verify(/.*)?");

    private final JsonNode root;
    private final List<Operation> operations = new ArrayList<>();
    private final SchemaRegistry registry = SchemaRegistry.withDialect(DIALECT);
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    /**
     * One operation.
     *
     * @param method in upper case
     * @param path as the document writes it, with its parameters in braces
     */
    record Operation(String method, String path, JsonNode json, Pattern pattern) {
        String id() {
            return json.path("operationId").asString();
        }

        JsonNode responses() {
            return json.path("responses");
        }

        /** The permissions that open a method of the administration to others than the role {@code admin}. */
        List<String> permissions() {
            return json.path("x-permissions")
                    .valueStream()
                    .map(JsonNode::asString)
                    .toList();
        }

        /** Whether each of the ways to authorize needs an access token or an API key. */
        boolean needsCredential() {
            JsonNode ways = json.path("security");
            return !ways.isEmpty()
                    && ways.valueStream().allMatch(way -> CREDENTIALS.stream().anyMatch(way::has));
        }
    }

    private static final Set<String> CREDENTIALS = Set.of("accessToken", "apiKey", "apiKeyHeader");

    private OpenApi(JsonNode root) {
        this.root = root;
        root.path("paths").properties().forEach(path -> METHODS.stream()
                .filter(method -> path.getValue().has(method))
                .forEach(method -> operations.add(new Operation(
                        method.toUpperCase(Locale.ROOT),
                        path.getKey(),
                        path.getValue().get(method),
                        pattern(path.getKey())))));
    }

    private static OpenApi read() {
        return new OpenApi(new YAMLMapper().readTree(FILE.toFile()));
    }

    public static OpenApi get() {
        return CURRENT;
    }

    JsonNode root() {
        return root;
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** The operation that answers, if the document has one; a literal path comes before a template. */
    Optional<Operation> find(String method, String path) {
        String documented = method.equals("HEAD") || ANY_METHOD.matcher(path).matches() ? "GET" : method;
        List<Operation> here = operations.stream()
                .filter(operation -> operation.pattern().matcher(path).matches())
                .toList();
        boolean literal = here.stream().anyMatch(operation -> operation.path().equals(path));
        return here.stream()
                .filter(operation -> !literal || operation.path().equals(path))
                .filter(operation -> operation.method().equals(documented))
                .findFirst();
    }

    /** The node, or the component that it refers to. */
    JsonNode follow(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asString().substring(1)) : node;
    }

    /** Those of its path and its own. */
    List<JsonNode> parameters(Operation operation) {
        return Stream.concat(
                        root.path("paths")
                                .path(operation.path())
                                .path("parameters")
                                .valueStream(),
                        operation.json().path("parameters").valueStream())
                .map(this::follow)
                .toList();
    }

    JsonNode component(String kind, String name) {
        return root.at("/components/" + kind + "/" + name);
    }

    /** What the schema says against the value. */
    List<String> violations(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema, this::compile).validate(value).stream()
                .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                .toList();
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = schema.deepCopy().asObject();
        whole.set("components", root.get("components")); // where its references lead
        return registry.getSchema(whole);
    }

    /** As the server shows it: its model of the document drops nulls and empty lists of examples. */
    public JsonNode asPayaraShowsIt() {
        JsonNode shown = withoutEmptyExamples(root);
        shown.findParents("x-permissions").forEach(operation -> ((ObjectNode) operation).remove("x-permissions"));
        return shown;
    }

    /** What the server shows, without the member that it adds. */
    public static JsonNode shown(String json) {
        ObjectNode shown = JSON.readTree(json).asObject();
        shown.remove("endpoints");
        return withoutEmptyExamples(shown);
    }

    private static JsonNode withoutEmptyExamples(JsonNode node) {
        JsonNode copy = node.deepCopy();
        copy.findParents("example").forEach(parent -> prune(parent.get("example")));
        return copy;
    }

    private static void prune(JsonNode example) {
        if (example instanceof ObjectNode object) {
            object.removeIf(member -> member.isNull() || (member.isArray() && member.isEmpty()));
        }
        example.forEach(OpenApi::prune);
    }

    /** A parameter is one segment; one that is called {@code path} is one or more. */
    private static Pattern pattern(String path) {
        return Pattern.compile(Pattern.compile("[^{]+|\\{(\\w+)}").matcher(path).replaceAll(part -> {
            if (part.group(1) == null) {
                return Pattern.quote(part.group()).replace("\\", "\\\\");
            }
            return part.group(1).equals("path") ? ".+" : "[^/]+";
        }));
    }
}
