import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns the users of another system into what POST /admin/api/users/import takes (docs/migrating.md). Run it with Java 17,
 * without compiling: {@code java Migrate.java keycloak realm.json > accounts.ndjson}. What cannot be carried over is told on
 * the standard error stream.
 */
public final class Migrate {
    private static final Set<String> KEYCLOAKS_OWN = Set.of("offline_access", "uma_authorization");

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private int written;
    private int withoutPassword;

    public static void main(String[] arguments) throws IOException {
        Migrate migrate = new Migrate();
        List<Path> files = Stream.of(arguments).skip(1).map(Path::of).toList();
        String system = arguments.length < 2 ? "" : arguments[0];
        switch (system) {
            case "keycloak" -> migrate.keycloak(files);
            case "auth0" -> migrate.auth0(files);
            case "supabase" -> migrate.supabase(files);
            case "django" -> migrate.django(files);
            case "spring" -> migrate.spring(files);
            default -> {
                System.err.println("Usage: java Migrate.java keycloak|auth0|supabase|django|spring FILE… > accounts.ndjson");
                System.exit(2);
            }
        }
        System.err.println(migrate.written + " accounts, " + migrate.withoutPassword + " of them without a password");
    }

    private void account(String name, Map<String, Object> members) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("username", name);
        members.forEach((member, value) -> {
            if (value != null && !value.equals("") && !value.equals(Map.of())) {
                line.put(member, value);
            }
        });
        if (!line.containsKey("email")) {
            line.remove("email_verified");
        }
        withoutPassword += line.containsKey("password_hash") ? 0 : 1;
        written++;
        out.println(Json.write(line));
    }

    private static String unusable(String name, String what) {
        System.err.println(name + ": " + what + "; needs a new password");
        return null;
    }

    private static Map<String, Object> members(Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }

    // Keycloak: kc.sh export --realm R --users realm_file (or same_file, different_files)

    private void keycloak(List<Path> files) throws IOException {
        for (Path file : files) {
            Map<String, Object> realm = Json.object(Files.readString(file));
            for (Object entry : Json.list(realm.get("users"))) {
                Map<String, Object> user = Json.object(entry);
                if (user.get("serviceAccountClientId") == null) {
                    keycloakUser(user);
                }
            }
        }
    }

    private void keycloakUser(Map<String, Object> user) {
        String name = (String) user.get("username");
        String hash = null;
        for (Object entry : Json.list(user.get("credentials"))) {
            Map<String, Object> credential = Json.object(entry);
            if ("password".equals(credential.get("type"))) {
                hash = keycloakHash(name, credential);
            } else {
                System.err.println(name + ": the second factor " + credential.get("type") + " is not carried over");
            }
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        put(attributes, "first_name", user.get("firstName"));
        put(attributes, "last_name", user.get("lastName"));
        Json.objectOrEmpty(user.get("attributes")).forEach((key, values) -> {
            List<Object> list = Json.list(values);
            put(attributes, key, list.size() == 1 ? list.get(0) : list);
        });
        List<Object> roles = Json.list(user.get("realmRoles")).stream()
                .filter(role -> !KEYCLOAKS_OWN.contains(role) && !((String) role).startsWith("default-roles-"))
                .toList();
        Object created = user.get("createdTimestamp");
        account(
                name,
                members(
                        "user_id", user.get("id"),
                        "email", user.get("email"),
                        "email_verified", user.get("emailVerified"),
                        "password_hash", hash,
                        "roles", roles,
                        "enabled", user.get("enabled"),
                        "must_change_password", Json.list(user.get("requiredActions")).contains("UPDATE_PASSWORD"),
                        "attributes", attributes,
                        "created_at", created == null ? null : Instant.ofEpochMilli(number(created)).toString()));
    }

    private static String keycloakHash(String name, Map<String, Object> credential) {
        Map<String, Object> secret = Json.object((String) credential.get("secretData"));
        Map<String, Object> data = Json.object((String) credential.get("credentialData"));
        String algorithm = (String) data.get("algorithm");
        String salt = unpadded((String) secret.get("salt"));
        String value = unpadded((String) secret.get("value"));
        long iterations = number(data.get("hashIterations"));
        if (algorithm.equals("argon2")) {
            Map<String, Object> more = Json.objectOrEmpty(data.get("additionalParameters"));
            String version = first(more, "version", "1.3").equals("1.0") ? "16" : "19";
            return "$argon2" + first(more, "type", "id") + "$v=" + version + "$m=" + first(more, "memory", "7168") + ",t="
                    + iterations + ",p=" + first(more, "parallelism", "1") + "$" + salt + "$" + value;
        }
        return switch (algorithm) {
            case "pbkdf2" -> "$pbkdf2$" + iterations + "$" + salt + "$" + value;
            case "pbkdf2-sha256", "pbkdf2-sha512" -> "$" + algorithm + "$i=" + iterations + "$" + salt + "$" + value;
            default -> unusable(name, "its hash is of " + algorithm);
        };
    }

    private static String first(Map<String, Object> parameters, String name, String otherwise) {
        return Json.list(parameters.get(name)).stream().map(Object::toString).findFirst().orElse(otherwise);
    }

    // Auth0: the export of users as NDJSON; the second file is the one with hashes that Auth0's support sends

    private void auth0(List<Path> files) throws IOException {
        Map<String, String> hashes = new HashMap<>();
        for (Path file : files) {
            for (String line : lines(file)) {
                Map<String, Object> entry = Json.object(line);
                if (entry.get("passwordHash") instanceof String hash) {
                    Map<String, Object> id = Json.objectOrEmpty(entry.get("_id"));
                    hashes.put("auth0|" + id.get("$oid"), hash);
                    hashes.put(lower(entry.get("email")), hash);
                }
            }
        }
        for (String line : lines(files.get(0))) {
            auth0User(Json.object(line), hashes);
        }
    }

    private void auth0User(Map<String, Object> user, Map<String, String> hashes) {
        Object email = user.get("email");
        Object id = user.getOrDefault("user_id", "auth0|" + Json.objectOrEmpty(user.get("_id")).get("$oid"));
        String name = String.valueOf(Stream.of(user.get("username"), email, id)
                .filter(value -> value != null && !value.equals(""))
                .findFirst()
                .orElseThrow());
        String hash = hashes.getOrDefault(id.toString(), hashes.get(lower(email)));
        if (hash == null) {
            unusable(name, "no hash in the files");
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        put(attributes, "auth0_user_id", id);
        put(attributes, "name", user.get("name"));
        Json.objectOrEmpty(user.get("user_metadata")).forEach((key, value) -> put(attributes, key, value));
        account(
                name,
                members(
                        "email", email,
                        "email_verified", user.get("email_verified"),
                        "password_hash", hash,
                        "roles", List.of("user"),
                        "enabled", Boolean.TRUE.equals(user.get("blocked")) ? false : null,
                        "attributes", attributes,
                        "created_at", time(user.get("created_at"))));
    }

    // Supabase: \copy (select * from auth.users) to 'users.csv' csv header

    private void supabase(List<Path> files) throws IOException {
        for (Map<String, String> user : rows(files)) {
            if (!user.getOrDefault("deleted_at", "").isEmpty() || user.getOrDefault("email", "").isEmpty()) {
                System.err.println(user.get("id") + ": left out, as it is deleted or has no address");
                continue;
            }
            String hash = user.getOrDefault("encrypted_password", "");
            Map<String, Object> attributes = new LinkedHashMap<>();
            String meta = user.getOrDefault("raw_user_meta_data", "");
            if (!meta.isEmpty() && !meta.equals("null")) {
                Json.object(meta).forEach((key, value) -> put(attributes, key, value));
            }
            account(
                    user.get("email"),
                    members(
                            "user_id", user.get("id"),
                            "email", user.get("email"),
                            "email_verified", !user.getOrDefault("email_confirmed_at", "").isEmpty(),
                            "password_hash", hash.isEmpty() ? unusable(user.get("email"), "no password") : hash,
                            "roles", List.of("user"),
                            "enabled", user.getOrDefault("banned_until", "").isEmpty() ? null : false,
                            "attributes", attributes,
                            "created_at", time(user.get("created_at"))));
        }
    }

    // Django: \copy (select * from auth_user) to 'users.csv' csv header

    private void django(List<Path> files) throws IOException {
        for (Map<String, String> user : rows(files)) {
            String name = user.get("username");
            Map<String, Object> attributes = new LinkedHashMap<>();
            put(attributes, "first_name", user.get("first_name"));
            put(attributes, "last_name", user.get("last_name"));
            if (isTrue(user.get("is_superuser"))) {
                System.err.println(name + ": was a superuser; gets the role user alone");
            }
            account(
                    name,
                    members(
                            "email", user.get("email"),
                            "password_hash", djangoHash(name, user.getOrDefault("password", "")),
                            "roles", List.of("user"),
                            "enabled", isTrue(user.getOrDefault("is_active", "t")),
                            "attributes", attributes,
                            "created_at", time(user.get("date_joined"))));
        }
    }

    private static String djangoHash(String name, String password) {
        String[] parts = password.split("\\$", -1);
        return switch (parts[0]) {
            case "pbkdf2_sha256", "pbkdf2_sha1", "bcrypt_sha256" -> password;
            case "argon2" -> password.substring("argon2".length()).replaceFirst("^\\$?", "\\$");
            case "bcrypt" -> password.substring("bcrypt$".length());
            case "scrypt" -> "$scrypt$ln=" + log2(Long.parseLong(parts[1])) + ",r=" + parts[3] + ",p=" + parts[4] + "$"
                    + base64(parts[2].getBytes(StandardCharsets.UTF_8)) + "$" + unpadded(parts[5]);
            default -> unusable(name, password.startsWith("!") ? "no usable password" : "its hash is of " + parts[0]);
        };
    }

    // Spring Security: a query with username, password, enabled and authorities (docs/migrating.md)

    private void spring(List<Path> files) throws IOException {
        for (Map<String, String> user : rows(files)) {
            String name = user.get("username");
            List<String> authorities = Stream.of(user.getOrDefault("authorities", "").split(","))
                    .map(String::strip)
                    .filter(authority -> !authority.isEmpty())
                    .toList();
            account(
                    name,
                    members(
                            "password_hash", springHash(name, user.getOrDefault("password", "")),
                            "roles",
                                    authorities.stream()
                                            .filter(authority -> authority.startsWith("ROLE_"))
                                            .map(authority -> lower(authority.substring(5)))
                                            .toList(),
                            "permissions",
                                    authorities.stream()
                                            .filter(authority -> !authority.startsWith("ROLE_"))
                                            .toList(),
                            "enabled", isTrue(user.getOrDefault("enabled", "t"))));
        }
    }

    private static String springHash(String name, String password) {
        int end = password.startsWith("{") ? password.indexOf('}') : -1;
        String id = end < 0 ? "bcrypt" : password.substring(1, end);
        String encoded = password.substring(end + 1);
        return switch (id) {
            case "bcrypt", "argon2", "argon2@SpringSecurity_v5_8" -> encoded;
            case "pbkdf2" -> springPbkdf2("$pbkdf2$185000$", encoded, 8);
            case "pbkdf2@SpringSecurity_v5_8" -> springPbkdf2("$pbkdf2-sha256$310000$", encoded, 16);
            case "scrypt", "scrypt@SpringSecurity_v5_8" -> springScrypt(encoded);
            default -> unusable(name, "its hash is of {" + id + "}");
        };
    }

    private static String springPbkdf2(String head, String hex, int saltLength) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return head + base64(Arrays.copyOf(bytes, saltLength)) + "$"
                + base64(Arrays.copyOfRange(bytes, saltLength, bytes.length));
    }

    private static String springScrypt(String encoded) {
        String[] parts = encoded.split("\\$");
        long parameters = Long.parseLong(parts[1], 16);
        return "$scrypt$ln=" + (parameters >> 16) + ",r=" + (parameters >> 8 & 0xFF) + ",p=" + (parameters & 0xFF) + "$"
                + unpadded(parts[2]) + "$" + unpadded(parts[3]);
    }

    // what they share

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String unpadded(String base64) {
        return base64.replaceFirst("=+$", "");
    }

    private static int log2(long power) {
        return Long.numberOfTrailingZeros(power);
    }

    private static long number(Object value) {
        return ((BigDecimal) value).longValueExact();
    }

    private static String lower(Object text) {
        return String.valueOf(text).toLowerCase(Locale.ROOT);
    }

    private static boolean isTrue(String bool) {
        return bool != null && Set.of("t", "true", "1").contains(lower(bool));
    }

    /** Keeps strings, numbers, booleans and lists of strings; says what else there was. */
    private static void put(Map<String, Object> attributes, String name, Object value) {
        boolean kept = value instanceof String
                || value instanceof BigDecimal
                || value instanceof Boolean
                || (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance));
        if (kept && !value.equals("")) {
            attributes.put(name, value);
        } else if (!kept && value != null) {
            System.err.println("the attribute " + name + " is left out, as it is neither plain nor a list of strings");
        }
    }

    /** RFC 3339, of that or of what PostgreSQL writes; null for none. */
    private static String time(Object text) {
        if (!(text instanceof String written) || written.isEmpty()) {
            return null;
        }
        String zoned = written.replaceFirst(" ", "T").replaceFirst("([+-]\\d\\d)$", "$1:00");
        return OffsetDateTime.parse(zoned).toInstant().toString();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readString(file).lines().filter(line -> !line.isBlank()).toList();
    }

    private static List<Map<String, String>> rows(List<Path> files) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        for (Path file : files) {
            List<List<String>> table = csv(Files.readString(file));
            List<String> names = table.get(0);
            for (List<String> row : table.subList(1, table.size())) {
                Map<String, String> named = new HashMap<>();
                for (int i = 0; i < Math.min(names.size(), row.size()); i++) {
                    named.put(names.get(i), row.get(i));
                }
                rows.add(named);
            }
        }
        return rows;
    }

    /** RFC 4180. */
    private static List<List<String>> csv(String text) {
        List<List<String>> table = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append(c);
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    field.append(c);
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\n') {
                row.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    table.add(row);
                    row = new ArrayList<>();
                }
            } else if (c != '\r') {
                field.append(c);
            }
        }
        if (field.length() > 0 || !row.isEmpty()) {
            row.add(field.toString());
            table.add(row);
        }
        return table;
    }

    /** As much of JSON as exports need: maps, lists, strings, decimals, booleans and null. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text.startsWith("\ufeff") ? text.substring(1) : text;
        }

        static Map<String, Object> object(String text) {
            return object(new Json(text).value());
        }

        @SuppressWarnings("unchecked")
        static Map<String, Object> object(Object value) {
            return (Map<String, Object>) value;
        }

        static Map<String, Object> objectOrEmpty(Object value) {
            return value == null ? Map.of() : object(value);
        }

        @SuppressWarnings("unchecked")
        static List<Object> list(Object value) {
            return value == null ? List.of() : (List<Object>) value;
        }

        private Object value() {
            char c = next();
            if (c == '{') {
                return members();
            }
            if (c == '[') {
                return elements();
            }
            if (c == '"') {
                return string();
            }
            int start = at - 1;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(start, at);
            return switch (word) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> new BigDecimal(word);
            };
        }

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            char c = next();
            while (c != '}') {
                String name = string();
                next(); // the colon
                members.put(name, value());
                c = next();
                c = c == ',' ? next() : c;
            }
            return members;
        }

        private List<Object> elements() {
            List<Object> elements = new ArrayList<>();
            char c = next();
            while (c != ']') {
                at--;
                elements.add(value());
                c = next();
                c = c == ',' ? next() : c;
            }
            return elements;
        }

        /** The rest of a string, behind its first quote. */
        private String string() {
            StringBuilder string = new StringBuilder();
            for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
                if (c != '\\') {
                    string.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                int plain = "bfnrt".indexOf(escaped);
                if (escaped == 'u') {
                    string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                } else {
                    string.append(plain < 0 ? escaped : "\b\f\n\r\t".charAt(plain));
                }
            }
            return string.toString();
        }

        /** The next character that is no white space. */
        private char next() {
            while (" \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return text.charAt(at++);
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> map) {
                return map.entrySet().stream()
                        .map(entry -> write(entry.getKey()) + ":" + write(entry.getValue()))
                        .collect(java.util.stream.Collectors.joining(",", "{", "}"));
            }
            if (value instanceof List<?> list) {
                return list.stream().map(Json::write).collect(java.util.stream.Collectors.joining(",", "[", "]"));
            }
            if (!(value instanceof String string)) {
                return String.valueOf(value);
            }
            StringBuilder json = new StringBuilder("\"");
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') {
                    json.append('\\').append(c);
                } else if (c < 0x20) {
                    json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                } else {
                    json.append(c);
                }
            }
            return json.append('"').toString();
        }
    }
}
