package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import de.mkammerer.argon2.Argon2Factory;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of docs/migrating.md, on files made as the other systems make them; whoever is in them then signs in. */
class MigrationIT {
    private static final String SALT = "MDEyMzQ1Njc4OWFiY2RlZg==";
    private static final String CRYPT = "$10$abcdefghijklmnopqrstuuGGgFFcYeueaAql8Z7U7CnCTRw4DR77W";

    @TempDir
    private Path directory;

    private final Session admin = Session.admin();
    private final String name = "m" + UUID.randomUUID().toString().substring(0, 13);

    @Test
    void keycloak() throws Exception {
        String[] argon2 =
                argon2(Argon2Factory.Argon2Types.ARGON2id, 5, 7_168, 1).split("\\$");
        String realm = Json.createObjectBuilder()
                .add("realm", "shop")
                .add(
                        "users",
                        Json.createArrayBuilder()
                                .add(keycloakUser(
                                        "a",
                                        "pbkdf2-sha256",
                                        27_500,
                                        "DGzF4+RpmttWHV7FCaK41NYsG4Rc9QqDO8q71k0T1ODS+Ooo+SM5Ep4eJNd+eywW2X+UkNdTatqTScXAD7qm+w==",
                                        SALT,
                                        "{}"))
                                .add(keycloakUser(
                                        "b",
                                        "pbkdf2-sha512",
                                        210_000,
                                        "MZzEtPw1Mpo77OdkGORTt/WiKyi/IN4Pp7hkbe0Q3XA3UZDbcRp8xYlF0PyZjEAiIQyB3nj1YwWHidBrQxTKDw==",
                                        SALT,
                                        "{}"))
                                .add(keycloakUser(
                                        "c",
                                        "argon2",
                                        5,
                                        argon2[5] + "=",
                                        argon2[4] + "==",
                                        "{\"hashLength\":[\"32\"],\"memory\":[\"7168\"],\"type\":[\"id\"],\"version\":[\"1.3\"],"
                                                + "\"parallelism\":[\"1\"]}"))
                                .add(Json.createObjectBuilder()
                                        .add("username", "service-account-x")
                                        .add("serviceAccountClientId", "x")))
                .build()
                .toString();

        List<JsonObject> users = imported("keycloak", realm);

        assertEquals(3, users.size());
        assertEquals("2023-11-14T22:13:20Z", users.get(0).getString("created_at"));
        assertEquals("[\"user\"]", users.get(0).getJsonArray("roles").toString());
        assertEquals(
                "{\"first_name\":\"Zo\u00eb\",\"last_name\":\"O\\\"Neil\",\"phone\":\"+49 1\",\"teams\":[\"a\",\"b\"]}",
                users.get(0).getJsonObject("attributes").toString());
        assertTrue(users.get(0).getBoolean("email_verified"));
        everybodySignsIn("a", "b", "c");
    }

    private JsonObject keycloakUser(
            String suffix, String algorithm, int iterations, String value, String salt, String more) {
        return Json.createObjectBuilder()
                .add("id", UUID.randomUUID().toString())
                .add("createdTimestamp", 1_700_000_000_000L)
                .add("username", name + suffix)
                .add("enabled", true)
                .add("totp", false)
                .add("emailVerified", true)
                .add("firstName", "Zo\u00eb")
                .add("lastName", "O\"Neil")
                .add("email", name + suffix + "@example.com")
                .add(
                        "attributes",
                        Json.createObjectBuilder()
                                .add("phone", Json.createArrayBuilder().add("+49 1"))
                                .add("teams", Json.createArrayBuilder().add("a").add("b")))
                .add(
                        "credentials",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("type", "password")
                                        .add(
                                                "secretData",
                                                "{\"value\":\"" + value + "\",\"salt\":\"" + salt
                                                        + "\",\"additionalParameters\":{}}")
                                        .add(
                                                "credentialData",
                                                "{\"hashIterations\":" + iterations + ",\"algorithm\":\"" + algorithm
                                                        + "\",\"additionalParameters\":" + more + "}")))
                .add("requiredActions", Json.createArrayBuilder())
                .add(
                        "realmRoles",
                        Json.createArrayBuilder()
                                .add("default-roles-shop")
                                .add("offline_access")
                                .add("user"))
                .add("notBefore", 0)
                .build();
    }

    @Test
    void auth0() throws Exception {
        String users = "{\"user_id\":\"auth0|5f7c\",\"email\":\"" + name
                + "a@example.com\",\"email_verified\":true,\"name\":\"A\","
                + "\"created_at\":\"2020-10-06T10:00:00.000Z\",\"user_metadata\":{\"colour\":\"red\",\"deep\":{\"x\":1}}}\n"
                + "{\"user_id\":\"auth0|5f7d\",\"email\":\"" + name
                + "b@example.com\",\"email_verified\":false,\"blocked\":true}\n";
        String hashes = "{\"_id\":{\"$oid\":\"5f7c\"},\"email_verified\":true,\"email\":\"" + name
                + "a@example.com\",\"passwordHash\":\"$2b" + CRYPT + "\",\"tenant\":\"t\",\"connection\":\"c\"}\n";

        List<JsonObject> imported = imported("auth0", users, hashes);

        assertEquals("red", imported.get(0).getJsonObject("attributes").getString("colour"));
        assertFalse(imported.get(1).getBoolean("enabled"));
        assertFalse(imported.get(1).containsKey("password_hash"));
        everybodySignsIn("a@example.com");
    }

    @Test
    void supabase() throws Exception {
        String id = UUID.randomUUID().toString();
        String csv =
                "instance_id,id,aud,role,email,encrypted_password,email_confirmed_at,raw_user_meta_data,created_at,"
                        + "banned_until,deleted_at\n"
                        + "00000000-0000-0000-0000-000000000000," + id + ",authenticated,authenticated," + name
                        + "a@example.com,$2a" + CRYPT
                        + ",2023-05-01 10:00:00.123456+00,\"{\"\"full_name\"\": \"\"Ada, L\"\"}\",2023-05-01 09:00:00.5+00,,\n"
                        + "00000000-0000-0000-0000-000000000000," + UUID.randomUUID()
                        + ",authenticated,authenticated,gone@example.com,x"
                        + ",,,2023-05-01 09:00:00+00,,2024-01-01 00:00:00+00\n";

        List<JsonObject> imported = imported("supabase", csv);

        assertEquals(1, imported.size());
        assertEquals(id, imported.get(0).getString("user_id"));
        assertEquals("2023-05-01T09:00:00.500Z", imported.get(0).getString("created_at"));
        assertEquals("Ada, L", imported.get(0).getJsonObject("attributes").getString("full_name"));
        everybodySignsIn("a@example.com");
    }

    @Test
    void django() throws Exception {
        String head =
                "id,password,last_login,is_superuser,username,first_name,last_name,email,is_staff,is_active,date_joined\n";
        StringBuilder csv = new StringBuilder(head);
        List<String> hashes = List.of(
                "pbkdf2_sha256$600000$Zt2PzDp1J7Xqk9$BL5pbZVAYzFPCWRh1KpaWFujX2sPZf6QlQM06FmVOKk=",
                "argon2" + argon2(Argon2Factory.Argon2Types.ARGON2id, 2, 102_400, 8),
                "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuaBT8mpw5tGdD3eO40znWcQP/dT9hEVK",
                "bcrypt$$2b" + CRYPT,
                "scrypt$16384$Zt2PzDp1J7Xqk9$8$5$"
                        + "bXz1UwMFeVexse8FEWyyvzsXlRK0fSg3VgK5jV3a82oC0aD0Wk35ZsGBpqs5cquYDl2R5PyxYkU85nwyBTRizg==",
                "!unusable");
        for (int i = 0; i < hashes.size(); i++) {
            csv.append(i + ",\"" + hashes.get(i) + "\",,f," + name + i
                    + ",Ada,\"L, the first\",,f,t,2021-03-04 05:06:07.89+00\n");
        }

        List<JsonObject> imported = imported("django", csv.toString());

        assertEquals("L, the first", imported.get(0).getJsonObject("attributes").getString("last_name"));
        assertFalse(imported.get(5).containsKey("password_hash"));
        everybodySignsIn("0", "1", "2", "3", "4");
    }

    @Test
    void spring() throws Exception {
        StringBuilder csv = new StringBuilder("username,password,enabled,authorities\n");
        List<String> hashes = List.of(
                "{bcrypt}$2a" + CRYPT,
                "$2a" + CRYPT,
                "{argon2@SpringSecurity_v5_8}" + argon2(Argon2Factory.Argon2Types.ARGON2id, 2, 16_384, 1),
                "{pbkdf2@SpringSecurity_v5_8}30313233343536373839616263646566"
                        + "1b7dde587e07ce652e09b0e2c4ad3cc75fe745bace00410a53b775d3c827aa98",
                "{pbkdf2}30313233343536374e50fd32249389f6312eedb7fa6820e6f3c61f8803fad3f4cf6b16325c48a4f1",
                "{scrypt@SpringSecurity_v5_8}$100801$MDEyMzQ1Njc4OWFiY2RlZg==$jK+sZflbXFcoBzJ7QfDeAnimDCzlbzUt517OraZTKuY=",
                "{noop}" + Session.PASSWORD);
        for (int i = 0; i < hashes.size(); i++) {
            csv.append(name + i + ",\"" + hashes.get(i) + "\",t,\"ROLE_USER,chat:write\"\n");
        }

        List<JsonObject> imported = imported("spring", csv.toString());

        assertEquals("[\"user\"]", imported.get(0).getJsonArray("roles").toString());
        assertEquals(
                "[\"chat:write\"]", imported.get(0).getJsonArray("permissions").toString());
        everybodySignsIn("0", "1", "2", "3", "4", "5");
        assertEquals(401, login(name + 6), "a password in clear is not carried over");
    }

    private static String argon2(Argon2Factory.Argon2Types type, int iterations, int memory, int lanes) {
        return Argon2Factory.create(type, 16, 32).hash(iterations, memory, lanes, Session.PASSWORD.toCharArray());
    }

    /** What the script made of the files, once all of it is imported. */
    private List<JsonObject> imported(String system, String... files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of("server-config/migrate/Migrate.java").toAbsolutePath().toString(),
                system));
        for (String file : files) {
            command.add(Files.writeString(directory.resolve(command.size() + ".txt"), file)
                    .toString());
        }
        Path lines = directory.resolve("accounts.ndjson");
        Path told = directory.resolve("told.txt");
        Process script = new ProcessBuilder(command)
                .redirectOutput(lines.toFile())
                .redirectError(told.toFile())
                .start();
        assertTrue(script.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, script.exitValue(), Files.readString(told));
        Answer answer = admin.with(admin.client.post("/admin/api/users/import"))
                .body("application/x-ndjson", Files.readString(lines).getBytes(StandardCharsets.UTF_8))
                .send();
        assertEquals(200, answer.status(), answer.body());
        assertTrue(answer.body().contains("\"failed\":0,"), answer.body());
        return Files.readString(lines)
                .lines()
                .map(line -> new Answer(200, List.of(), line).json())
                .toList();
    }

    private void everybodySignsIn(String... suffixes) {
        for (String suffix : suffixes) {
            assertEquals(200, login(name + suffix), suffix);
        }
    }

    private static int login(String username) {
        return Session.login(new Client(), username, Session.PASSWORD).send().status();
    }
}
