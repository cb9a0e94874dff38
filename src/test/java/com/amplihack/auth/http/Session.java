package com.amplihack.auth.http;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody who is signed in with cookies: a client, its tokens, and the shortest ways to use them. */
public final class Session {
    public static final String PASSWORD = "correct horse battery staple";

    private static final int REQUESTS_OF_AN_ADMIN = 20;

    private static Session admin;

    private final AtomicInteger requests = new AtomicInteger();

    public final Client client;
    public final String username;
    public String accessToken;
    public String refreshToken;
    public final String handle;

    private Session(Client client, String username, Answer login) {
        this.client = client;
        this.username = username;
        if (login.status() != 200) {
            throw new AssertionError("login of " + username + ": " + login);
        }
        handle = login.cookieValue("session_id");
        take(login);
    }

    /** A new account with the role {@code user}, signed in from an address of its own. */
    public static Session ofNewUser() {
        return of(newUser("user"));
    }

    /** A new account with the role {@code user} and these permissions of its own, signed in. */
    public static Session withPermission(String... permissions) {
        return of(newUserWith(permissions));
    }

    /** The same, signed in through a proxy in front of the shared server. */
    public static Session through(int proxyPort, String... permissions) {
        String username = newUserWith(permissions);
        return of(new Client(proxyPort), username, PASSWORD);
    }

    private static String newUserWith(String... permissions) {
        String username = "user-" + UUID.randomUUID();
        make(admin(), username, List.of("user"), List.of(permissions));
        return username;
    }

    /** Signs in an account that {@link #newUser} made. */
    public static Session of(String username) {
        return of(new Client(), username, PASSWORD);
    }

    /** Signs in at a server of its own. */
    public static Session of(ServerProcess server, String username, String password) {
        return of(new Client(server.port()), username, password);
    }

    /** Signs in as that client. */
    public static Session of(Client client, String username, String password) {
        return new Session(client, username, login(client, username, password).send());
    }

    /** Somebody whose sign-in was answered like that. */
    public static Session from(Client client, String username, Answer login) {
        return new Session(client, username, login);
    }

    public static Client.Request login(Client client, String username, String password) {
        return client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", username)
                        .add("password", password)
                        .build()
                        .toString());
    }

    /** Makes an account with these roles; its name. */
    public static String newUser(String... roles) {
        return newUser(admin(), roles);
    }

    public static String newUser(Session maker, String... roles) {
        String username = "user-" + UUID.randomUUID();
        make(maker, username, roles);
        return username;
    }

    /** Makes an account with that name and {@link #PASSWORD}. */
    public static void make(Session maker, String username, String... roles) {
        make(maker, username, List.of(roles), List.of());
    }

    private static void make(Session maker, String username, List<String> roles, List<String> permissions) {
        JsonObject body = Json.createObjectBuilder()
                .add("username", username)
                .add("password", PASSWORD)
                .add("roles", Json.createArrayBuilder(roles))
                .add("permissions", Json.createArrayBuilder(permissions))
                .build();
        Answer made = maker.with(maker.client.post("/admin/api/users"))
                .json(body.toString())
                .send();
        if (made.status() != 201) {
            throw new AssertionError("making " + username + ": " + made);
        }
    }

    /**
     * An administrator of the shared server: the first account, and after some requests another one, since each has the API
     * quota of everybody. Whoever keeps one has the rest of its quota.
     */
    public static synchronized Session admin() {
        if (admin == null) {
            admin = of(new Client(), "admin", SharedServer.get().adminPassword());
        } else if (admin.requests.get() >= REQUESTS_OF_AN_ADMIN) {
            admin = of(newUser(admin, "admin", "user"));
        }
        return admin;
    }

    /** Adds the access token and the session's cookie. */
    public Client.Request with(Client.Request request) {
        requests.incrementAndGet();
        return request.bearer(accessToken).cookie("session_id", handle);
    }

    public Answer user() {
        return with(client.get("/api/user")).send();
    }

    public Answer bareUser() {
        return client.get("/api/user").bearer(accessToken).send();
    }

    public Client.Request refreshRequest() {
        return client.post("/auth/refresh")
                .header("Cookie", "session_id=" + handle + "; refresh_token=" + refreshToken);
    }

    /** Refreshes and keeps the new tokens when it worked. */
    public Answer refresh() {
        Answer answer = refreshRequest().send();
        if (answer.status() == 200) {
            take(answer);
        }
        return answer;
    }

    /** Waits until a rotation that just happened is no longer young for the shared server. */
    public static void graceEnds() {
        try {
            Thread.sleep(SharedServer.REFRESH_GRACE.toMillis() + 50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public JsonObject claims() {
        return part(accessToken, 1);
    }

    public static JsonObject part(String token, int index) {
        String json = new String(Base64.getUrlDecoder().decode(token.split("\\.")[index]), StandardCharsets.UTF_8);
        return new Answer(200, List.of(), json).json();
    }

    /** Keeps the tokens of an answer. */
    public void take(Answer answer) {
        accessToken = answer.json().getString("access_token");
        refreshToken = answer.cookieValue("refresh_token");
    }
}
