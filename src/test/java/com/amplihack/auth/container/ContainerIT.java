package com.amplihack.auth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What only the container can tell: what it injects of the caller's token, and that an EJB refuses by role. The WAR is
 * the real one with a probe added; arquillian.xml says how its server starts.
 */
@ExtendWith(ArquillianExtension.class)
class ContainerIT {
    private static final String WEB_XML = "WEB-INF/web.xml";
    private static final String PASSWORD = "correct horse battery staple"; // of the first account in arquillian.xml too

    @ArquillianResource
    private URL base;

    /** Not testable: with JUnit in the WAR it would no longer be the one that is shipped. */
    @Deployment(testable = false)
    static WebArchive war() throws IOException {
        WebArchive war = ShrinkWrap.create(ZipImporter.class, "container.war")
                .importFrom(new File(System.getProperty("it.war")))
                .as(WebArchive.class)
                .addClasses(ProbeApplication.class, ProbeResource.class, ProbeService.class)
                .addClasses(PermissionProbeResource.class, PermissionProbeService.class);
        String webXml;
        try (InputStream shipped = war.get(WEB_XML).getAsset().openStream()) {
            webXml = new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
        }
        String application = ">com.amplihack.auth.AuthApplication<";
        assertTrue(webXml.contains(application), "web.xml names the application");
        war.delete(WEB_XML);
        war.add(new StringAsset(webXml.replace(application, ">" + ProbeApplication.class.getName() + "<")), WEB_XML);
        return war;
    }

    @Test
    void theCallersTokenAndItsClaimsAreInjectedAtTheFirstUseOfATokenAndAtLaterOnes() {
        Caller admin = signIn("admin");
        Caller user = newUser(admin);

        for (Caller caller : List.of(user, admin, user, admin)) {
            Answer answer = caller.get("/api/probe");

            assertEquals(200, answer.status(), answer.body());
            assertEquals(caller.id(), answer.json().getString("token"));
            assertEquals(caller.id(), answer.json().getString("claim"));
            assertEquals(caller.id(), answer.json().getString("ejb"));
            assertEquals(caller.roles(), answer.json().getJsonArray("groups"));
        }
    }

    @Test
    void anEjbAdmitsTheCallerWhoHasTheRole() {
        Caller admin = signIn("admin");

        for (int use = 1; use <= 2; use++) {
            Answer answer = admin.get("/api/probe/admin");

            assertEquals(200, answer.status(), answer.body());
            assertEquals(admin.id(), answer.json().getString("ejb"));
        }
    }

    @Test
    void theDenialOfAnEjbIsA403Problem() {
        Caller user = newUser(signIn("admin"));

        for (int use = 1; use <= 2; use++) {
            Answer answer = user.get("/api/probe/admin");

            assertEquals(403, answer.status(), answer.body());
            assertEquals(
                    "application/problem+json",
                    answer.header("Content-Type").orElseThrow().split(";")[0]);
            assertEquals("insufficient_permissions", answer.error());
        }
        assertEquals(200, user.get("/api/user").status(), "the token itself is good");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/permission/class, probe:class, probe:method",
        "/api/permission/method, probe:method, probe:class",
        "/api/permission/ejb, probe:class probe:ejb, probe:class",
    })
    void whoHasThePermissionMayCallTheMethodAndNobodyElse(String path, String enough, String tooLittle) {
        Caller admin = signIn("admin");
        Caller may = newUser(admin, List.of("user"), enough.split(" "));
        Caller mayNot = newUser(admin, List.of("user"), tooLittle.split(" "));

        Answer answer = may.get(path);
        assertEquals(200, answer.status(), answer.body());
        assertEquals(path.substring("/api/permission/".length()), answer.body());

        Answer refused = mayNot.get(path);
        assertEquals(403, refused.status(), refused.body());
        assertEquals("insufficient_permissions", refused.error());
        assertTrue(
                refused.header("WWW-Authenticate").orElseThrow().contains("insufficient_scope"),
                refused.headers()::toString);
    }

    @Test
    void aRoleBesideThePermissionIsNeededToo() {
        Caller admin = signIn("admin");
        assertEquals(
                403,
                newUser(admin, List.of("user"), "probe:method")
                        .get("/api/permission/role")
                        .status());
        assertEquals(
                403,
                newUser(admin, List.of("admin")).get("/api/permission/role").status());
        assertEquals(
                200,
                newUser(admin, List.of("admin"), "probe:method")
                        .get("/api/permission/role")
                        .status());
    }

    @Test
    void whatWantsASecondFactorSendsPasswordsAwayToStepUp() {
        Caller caller = newUser(signIn("admin"), List.of("user"), "probe:class");
        assertEquals("recent", caller.get("/api/permission/recent").body());
        for (String path : List.of("/api/permission/strong", "/api/permission/strong-ejb")) {
            Answer answer = caller.get(path);
            assertEquals(401, answer.status(), answer.body());
            assertEquals("insufficient_user_authentication", answer.error());
            assertEquals("urn:amplihack:mfa", answer.json().getString("acr_values"));
            assertTrue(
                    answer.header("WWW-Authenticate").orElseThrow().contains("acr_values=\"urn:amplihack:mfa\""),
                    answer.headers()::toString);
        }
    }

    @Test
    void withoutARequestNobodyHasAPermission() {
        Caller caller = newUser(signIn("admin"), List.of("user"), "probe:class", "probe:ejb");
        Answer answer = caller.get("/api/permission/background");
        assertEquals("refused: No admitted request is in progress.", answer.body());
    }

    private Caller signIn(String username) {
        Client client = new Client(base.getPort());
        Answer login = client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", username)
                        .add("password", PASSWORD)
                        .build()
                        .toString())
                .send();
        assertEquals(200, login.status(), login.body());
        return new Caller(client, login.json().getString("access_token"), login.cookieValue("session_id"));
    }

    private Caller newUser(Caller admin) {
        return newUser(admin, List.of("user"));
    }

    private Caller newUser(Caller admin, List<String> roles, String... permissions) {
        String username = "user-" + UUID.randomUUID();
        Answer made = admin.with(admin.client().post("/admin/api/users"))
                .json(Json.createObjectBuilder()
                        .add("username", username)
                        .add("password", PASSWORD)
                        .add("roles", Json.createArrayBuilder(roles))
                        .add("permissions", Json.createArrayBuilder(List.of(permissions)))
                        .build()
                        .toString())
                .send();
        assertEquals(201, made.status(), made.body());
        return signIn(username);
    }

    /** Somebody who is signed in. */
    private record Caller(Client client, String token, String session) {
        Answer get(String path) {
            return with(client.get(path)).send();
        }

        Client.Request with(Client.Request request) {
            return request.bearer(token).cookie("session_id", session);
        }

        String id() {
            return get("/api/user").json().getString("user_id");
        }

        JsonArray roles() {
            return get("/api/user").json().getJsonArray("roles");
        }
    }
}
