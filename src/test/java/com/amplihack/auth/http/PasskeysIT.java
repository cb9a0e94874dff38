package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.factor.passkey.SoftwareAuthenticator;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Client.Request;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How people make and use passkeys over HTTP; what is refused of an answer itself is in {@code PasskeysTest}. */
@Tag("store")
class PasskeysIT {
    private static final String PASSKEYS = "/auth/passkeys";
    private static final String LOGIN = "/auth/login/passkey";

    private static SoftwareAuthenticator device() {
        return SoftwareAuthenticator.es256(
                "http://localhost:" + SharedServer.get().port());
    }

    private static Answer options(Session owner) {
        return owner.with(owner.client.post(PASSKEYS + "/options")).send();
    }

    private static Answer add(Session owner, JsonObject credential, String name) {
        JsonObject body = Json.createObjectBuilder()
                .add("credential", credential)
                .add("name", name)
                .build();
        return owner.with(owner.client.post(PASSKEYS)).json(body.toString()).send();
    }

    private static SoftwareAuthenticator register(Session owner, SoftwareAuthenticator device) {
        Answer added = add(owner, device.create(options(owner).json()), "laptop");
        assertEquals(201, added.status(), added::body);
        return device;
    }

    private static JsonObject challenge(Client client) {
        Answer answer = client.post(LOGIN + "/options").send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json();
    }

    private static Request login(Client client, JsonObject credential) {
        return client.post(LOGIN)
                .json(Json.createObjectBuilder()
                        .add("credential", credential)
                        .build()
                        .toString());
    }

    @Test
    void aPasskeySignsInWithoutANameAndItsSessionIsLikeAnyOther() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());
        Client client = new Client();
        String request = UUID.randomUUID().toString();

        Answer answer = login(client, device.get(challenge(client)))
                .header("X-Request-Id", request)
                .send();

        assertEquals(200, answer.status(), answer::body);
        assertTrue(answer.setCookie("refresh_token").contains("HttpOnly"));
        assertTrue(answer.setCookie("device").contains("Path=/auth"));
        String token = answer.json().getString("access_token");
        Answer user = client.get("/api/user")
                .bearer(token)
                .cookie("session_id", answer.cookieValue("session_id"))
                .send();
        assertEquals(owner.username, user.json().getString("username"));
        JsonObject claims = Session.part(token, 1);
        assertEquals(owner.claims().getString("sub"), claims.getString("sub"));
        assertNotEquals(owner.claims().getString("sid"), claims.getString("sid"));
        assertEquals("[\"hwk\",\"user\",\"mfa\"]", claims.get("amr").toString());
        assertEquals("urn:amplihack:mfa", claims.getString("acr"));
        List<String> audited = SharedServer.get().audited(request);
        assertTrue(audited.contains("LOGIN_SUCCESS"), audited::toString);
    }

    @Test
    void aPasskeyIsTheSecondFactorAfterAPassword() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());
        Client client = new Client();
        Answer needed = Session.login(client, owner.username, Session.PASSWORD).send();
        assertEquals(401, needed.status());
        assertEquals("mfa_required", needed.error());
        assertEquals("[\"passkey\"]", needed.json().get("methods").toString());
        String token = needed.json().getString("mfa_token");
        Answer options = client.post(LOGIN + "/options")
                .json("{\"mfa_token\":\"" + token + "\"}")
                .send();
        assertEquals(200, options.status(), options::body);
        assertEquals(
                device.id(),
                options.json().getJsonArray("allowCredentials").getJsonObject(0).getString("id"));

        Answer forAnybody = mfa(client, token, device.get(challenge(client)));
        assertEquals(401, forAnybody.status(), "the challenge was not made for this sign-in");
        assertEquals("invalid_credentials", forAnybody.error());
        Answer in = mfa(client, token, device.get(options.json()));

        assertEquals(200, in.status(), in::body);
        JsonObject claims = Session.part(in.json().getString("access_token"), 1);
        assertEquals(owner.claims().getString("sub"), claims.getString("sub"));
        assertEquals("urn:amplihack:mfa", claims.getString("acr"));
    }

    private static Answer mfa(Client client, String token, JsonObject assertion) {
        return client.post("/auth/login/mfa")
                .json(Json.createObjectBuilder()
                        .add("mfa_token", token)
                        .add("method", "passkey")
                        .add("assertion", assertion)
                        .build()
                        .toString())
                .send();
    }

    @Test
    void aMadeUpMfaTokenGetsNoOptions() {
        Answer refused = new Client()
                .post(LOGIN + "/options")
                .json("{\"mfa_token\":\"AAAA\"}")
                .send();

        assertEquals(401, refused.status());
        assertEquals("invalid_credentials", refused.error());
    }

    /** What an owner of a passkey wants to change needs it: a password alone, or an open session, is weaker. */
    @Test
    void afterTheFirstPasskeyAnotherOneNeedsIt() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());

        for (Answer refused : List.of(
                options(owner),
                owner.with(owner.client.request("DELETE", PASSKEYS + "/" + device.id()))
                        .send())) {
            assertEquals(401, refused.status(), refused::body);
            assertEquals("insufficient_user_authentication", refused.error());
        }
        Answer challenge =
                owner.with(owner.client.post("/auth/reauthenticate/options")).send();
        assertEquals(200, challenge.status(), challenge::body);
        Answer again = owner.with(owner.client.post("/auth/reauthenticate"))
                .json(Json.createObjectBuilder()
                        .add("method", "passkey")
                        .add("assertion", device.get(challenge.json()))
                        .build()
                        .toString())
                .send();
        assertEquals(200, again.status(), again::body);
        owner.accessToken = again.json().getString("access_token");

        register(owner, device());
        assertEquals(2, list(owner).getJsonArray("items").size());
    }

    private static Session signedIn(Session owner, SoftwareAuthenticator device) {
        return Session.from(
                owner.client,
                owner.username,
                login(owner.client, device.get(challenge(owner.client))).send());
    }

    @Test
    void deliveryInTheBodySetsNoCookie() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());
        JsonObject body = Json.createObjectBuilder()
                .add("credential", device.get(challenge(owner.client)))
                .add("delivery", "body")
                .build();

        Answer answer = owner.client.post(LOGIN).json(body.toString()).send();

        assertEquals(200, answer.status(), answer::body);
        assertEquals(List.of(), answer.headers("Set-Cookie"));
        assertTrue(answer.json().containsKey("refresh_token"));
    }

    @Test
    void itIsListedRenamedAndRemoved() {
        Session first = Session.ofNewUser();
        String request = UUID.randomUUID().toString();
        JsonObject empty = list(first);
        assertTrue(empty.getJsonArray("items").isEmpty());
        assertTrue(empty.isNull("signal"));
        SoftwareAuthenticator device = device();
        Answer added = add(first, device.create(options(first).json()), " Bj\u006f\u0308rns Laptop ");
        assertEquals(201, added.status(), added::body);
        assertEquals("Bj\u00f6rns Laptop", added.json().getString("name"), "in NFC");
        Session owner = signedIn(first, device);

        JsonObject listed = only(owner);
        assertEquals(device.id(), listed.getString("id"));
        assertEquals(1, listed.getInt("sign_count"));
        assertFalse(listed.isNull("last_used_at"));
        assertFalse(listed.getBoolean("backup_eligible"));
        assertEquals("[\"hybrid\",\"internal\"]", listed.get("transports").toString());
        JsonObject signal = list(owner).getJsonObject("signal");
        assertEquals("localhost", signal.getString("rpId"));
        assertEquals(
                "[\"" + device.id() + "\"]",
                signal.get("allAcceptedCredentialIds").toString());

        Answer renamed = owner.with(owner.client.request("PATCH", PASSKEYS + "/" + device.id()))
                .json("{\"name\":\"phone\"}")
                .send();
        assertEquals(200, renamed.status(), renamed::body);
        assertEquals("phone", only(owner).getString("name"));
        assertEquals(
                only(owner),
                owner.with(owner.client.get(PASSKEYS + "/" + device.id()))
                        .send()
                        .json());

        Answer removed = owner.with(owner.client.request("DELETE", PASSKEYS + "/" + device.id()))
                .header("X-Request-Id", request)
                .send();
        assertEquals(204, removed.status(), removed::body);
        assertEquals(List.of("PASSKEY_REMOVED"), SharedServer.get().audited(request));
        assertTrue(list(owner).getJsonArray("items").isEmpty());
        assertEquals(
                "[]",
                list(owner)
                        .getJsonObject("signal")
                        .get("allAcceptedCredentialIds")
                        .toString());
        assertEquals(
                401,
                login(owner.client, device.get(challenge(owner.client))).send().status());
    }

    @Test
    void nobodySeesOrChangesThoseOfOthers() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());
        Session other = Session.ofNewUser();

        assertTrue(list(other).getJsonArray("items").isEmpty());
        Answer renamed = other.with(other.client.request("PATCH", PASSKEYS + "/" + device.id()))
                .json("{\"name\":\"mine\"}")
                .send();
        assertEquals(404, renamed.status());
        assertEquals("not_found", renamed.error());
        assertEquals(
                404,
                other.with(other.client.get(PASSKEYS + "/" + device.id()))
                        .send()
                        .status());
        assertEquals(
                404,
                other.with(other.client.request("DELETE", PASSKEYS + "/" + device.id()))
                        .send()
                        .status());
        assertEquals(device.id(), only(owner).getString("id"));
    }

    @Test
    void whoIsNotSignedInMakesNone() {
        Client client = new Client();
        for (Request request : List.of(
                client.get(PASSKEYS),
                client.post(PASSKEYS),
                client.post(PASSKEYS + "/options"),
                client.get(PASSKEYS + "/AAAA"),
                client.request("PATCH", PASSKEYS + "/AAAA"),
                client.request("DELETE", PASSKEYS + "/AAAA"))) {
            Answer answer = request.send();
            assertEquals(401, answer.status());
            assertEquals("missing_token", answer.error());
        }
    }

    /** Whatever is wrong, a stranger is told the same. */
    @Test
    void unknownPasskeyWrongAnswerAndDisabledAccountGetOneAnswer() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator unknown = device();
        unknown.create(options(owner).json());
        SoftwareAuthenticator device = register(owner, device());
        Client client = new Client();

        Answer wrong = login(client, device.get(challenge(client), answer -> answer.origin = "https://evil.example"))
                .send();
        Answer nobody = login(client, unknown.get(challenge(client))).send();
        Session admin = Session.admin();
        assertEquals(
                200,
                admin.with(admin.client.request(
                                "PATCH", "/admin/api/users/" + owner.claims().getString("sub")))
                        .json("{\"enabled\":false}")
                        .send()
                        .status());
        Answer disabled = login(client, device.get(challenge(client))).send();

        for (Answer refused : List.of(wrong, nobody, disabled)) {
            assertEquals(401, refused.status());
            assertEquals("invalid_credentials", refused.error());
            assertEquals(wrong.body(), refused.body());
            assertEquals(wrong.header("WWW-Authenticate"), refused.header("WWW-Authenticate"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"credential\":1}",
                "{\"credential\":{}}",
                "{\"credential\":{\"type\":\"password\",\"id\":\"AAAA\",\"response\":{}}}",
                "{\"credential\":{\"type\":\"public-key\",\"id\":\"A\",\"response\":{}}}",
                "{\"credential\":{\"type\":\"public-key\",\"id\":\"AAAA\"}}",
                "{\"credential\":{\"type\":\"public-key\",\"id\":\"AAAA\",\"response\":[]}}"
            })
    void whatIsNoCredentialIsInvalid(String body) {
        Session owner = Session.ofNewUser();

        for (Answer answer : List.of(
                owner.with(owner.client.post(PASSKEYS)).json(body).send(),
                owner.client.post(LOGIN).json(body).send())) {
            assertEquals(400, answer.status(), answer::body);
            assertEquals("invalid_request", answer.error());
            assertTrue(answer.json().getString("detail").startsWith("credential"), answer::body);
        }
    }

    @Test
    void anOversizedAnswerIsRefusedBeforeItIsRead() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = device();
        JsonObject good = device.create(options(owner).json());
        JsonObject large = Json.createObjectBuilder(good)
                .add(
                        "response",
                        Json.createObjectBuilder(good.getJsonObject("response"))
                                .add("attestationObject", "A".repeat(66_000)))
                .build();

        Answer refused = add(owner, large, "laptop");

        assertEquals(413, refused.status());
        assertEquals("too_large", refused.error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u202e", "a\\u0000b", "a\\nb"})
    void aNameIsShowable(String name) {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());

        Answer refused = owner.with(owner.client.request("PATCH", PASSKEYS + "/" + device.id()))
                .json("{\"name\":\"" + name + "\"}")
                .send();

        assertEquals(400, refused.status(), refused::body);
        assertEquals("laptop", only(owner).getString("name"));
    }

    @Test
    void challengesForStrangersAreLimitedByAddress() {
        Client client = new Client();
        int left = 301;
        Answer answer = client.post(LOGIN + "/options").send();
        while (answer.status() == 200 && --left > 0) {
            answer = client.post(LOGIN + "/options").send();
        }

        assertEquals(429, answer.status());
        assertEquals("rate_limited", answer.error());
        assertEquals(200, new Client().post(LOGIN + "/options").send().status());
    }

    @Test
    void anotherSitesPageCannotSignABrowserIn() {
        Session owner = Session.ofNewUser();
        SoftwareAuthenticator device = register(owner, device());

        Answer refused = login(owner.client, device.get(challenge(owner.client)))
                .header("Origin", "https://evil.example")
                .send();

        assertEquals(403, refused.status());
        assertEquals("origin_not_allowed", refused.error());
    }

    @Test
    void atAnAddressWithoutPasskeysNoneAreOffered() {
        Client client = new Client();

        Answer answer = client.post(LOGIN + "/options")
                .header("Host", "127.0.0.1:" + SharedServer.get().port())
                .send();

        assertEquals(404, answer.status(), answer::body);
        assertEquals("not_available", answer.error());
    }

    private static JsonObject list(Session owner) {
        Answer answer = owner.with(owner.client.get(PASSKEYS)).send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json();
    }

    private static JsonObject only(Session owner) {
        JsonArray items = list(owner).getJsonArray("items");
        assertEquals(1, items.size());
        return items.getJsonObject(0);
    }
}
