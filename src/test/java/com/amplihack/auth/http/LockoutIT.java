package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** docs/lockout.md over HTTP: strangers' failures lock strangers out, and a known device signs in all the while. */
@Tag("fault-25")
@Tag("store")
class LockoutIT {
    private static final String WRONG = "a guess that is wrong";

    /** Trusted to name clients, so that one process can be a hundred of them. */
    private static final Client PROXY = Client.from("127.9.25.1");

    private static final AtomicInteger NETWORKS = new AtomicInteger();

    private final Session owner = Session.ofNewUser();
    private final String account = "/admin/api/users/" + owner.claims().getString("sub");
    private final Answer knownLogin =
            Session.login(new Client(), owner.username, Session.PASSWORD).send();
    private final String device = knownLogin.cookieValue("device");

    @Test
    void aLoginMarksTheDeviceForAYearOnThePathOfTheLogin() {
        String cookie = knownLogin.setCookie("device");

        assertTrue(cookie.contains("; Path=/auth;") && cookie.contains("; Max-Age=31536000;"), cookie);
        assertTrue(cookie.contains("; Secure; HttpOnly; SameSite=Strict"), cookie);
        Answer versioned = new Client()
                .post("/v1/auth/login")
                .json("{\"username\":\"" + owner.username + "\",\"password\":\"" + Session.PASSWORD + "\"}")
                .send();
        assertTrue(versioned.setCookie("device").contains("; Path=/v1/auth;"));
        assertNotEquals(device, versioned.cookieValue("device"), "another mark at every login");
        assertEquals("\"login\";q=5;w=300", versioned.header("RateLimit-Policy").orElseThrow());
        assertTrue(versioned.header("RateLimit").orElseThrow().startsWith("\"login\";r=5;t="));
    }

    @Test
    void logoutKeepsTheMark() {
        Answer answer = owner.with(owner.client.post("/auth/logout"))
                .cookie("device", device)
                .send();

        assertEquals(200, answer.status());
        assertTrue(answer.headers("Set-Cookie").stream().noneMatch(cookie -> cookie.startsWith("device=")));
    }

    /** Ten guesses are tried; the other ninety have the right password, and nobody learns it. */
    @Test
    void aHundredAddressesKeepNoKnownDeviceOutAndTryNoMoreThanTenPasswords() throws Exception {
        ExecutorService attackers = Executors.newFixedThreadPool(4);
        try {
            IntStream.range(0, 10)
                    .forEach(i -> assertEquals(401, stranger(i, WRONG).status()));
            List<Future<Answer>> attack = attackers.invokeAll(IntStream.range(10, 100)
                    .<Callable<Answer>>mapToObj(i -> () -> {
                        assertEquals(200, i % 20 == 0 ? knownDevice(device).status() : 200, "the owner meanwhile");
                        return stranger(i, Session.PASSWORD);
                    })
                    .toList());
            Answer unknown =
                    Session.login(new Client(), "nobody-of-that-name", WRONG).send();
            for (Future<Answer> answer : attack) {
                assertEquals(401, answer.get().status());
                assertEquals(unknown.body(), answer.get().body());
                assertEquals(names(unknown), names(answer.get()));
            }
        } finally {
            attackers.shutdownNow();
        }
        assertEquals(200, knownDevice(device).status());
        assertEquals(1, audited("ACCOUNT_LOCKED", "warning"), "one event for one lock");
    }

    /** More than may be looked at: each waits for the others, and nobody is told that the right password is wrong. */
    @Test
    void ofSixteenSignInsAtOnceWithTheRightPasswordNoneIsRefused() throws Exception {
        ExecutorService people = Executors.newFixedThreadPool(16);
        try {
            List<Future<Answer>> signIns = people.invokeAll(IntStream.range(0, 16)
                    .<Callable<Answer>>mapToObj(i -> () -> stranger(i, Session.PASSWORD))
                    .toList());
            for (Future<Answer> signIn : signIns) {
                assertEquals(200, signIn.get().status(), signIn.get().body());
            }
        } finally {
            people.shutdownNow();
        }
        assertEquals(JsonValue.NULL, shown());
    }

    @Test
    void ofTwentyParallelGuessesTenAreTried() throws Exception {
        ExecutorService attackers = Executors.newFixedThreadPool(20);
        try {
            // no more: each waits for a turn to hash, and after ten seconds it is 503
            List<Future<Answer>> attack = attackers.invokeAll(IntStream.range(0, 20)
                    .<Callable<Answer>>mapToObj(i -> () -> stranger(i, WRONG))
                    .toList());
            for (Future<Answer> answer : attack) {
                assertEquals(401, answer.get().status());
            }
        } finally {
            attackers.shutdownNow();
        }
        long refused = audit().lines()
                .filter(line -> line.contains("\"LOGIN_FAILED\"") && line.contains("\"locked\"") && isOurs(line))
                .count();
        assertEquals(10, refused);
        assertEquals(1, audited("ACCOUNT_LOCKED", "warning"));
    }

    @Test
    void anAdministratorSeesTheLockAndLiftsIt() throws IOException {
        assertEquals(JsonValue.NULL, shown());
        lock();

        Instant until = Instant.parse(admin("GET", account).json().getString("locked_until"));
        Duration left = Duration.between(Instant.now(), until);
        assertTrue(left.toMinutes() >= 13 && left.toMinutes() < 16, left.toString());
        assertTrue(admin("GET", "/admin/api/users?query=" + owner.username)
                .body()
                .contains("\"locked_until\":\"" + until));
        assertEquals(401, stranger(50, Session.PASSWORD).status());

        assertEquals(204, admin("POST", account + "/unlock").status());

        assertEquals(JsonValue.NULL, shown());
        assertEquals(200, stranger(51, Session.PASSWORD).status());
        assertEquals(1, audited("ACCOUNT_UNLOCKED", "info"));
        assertEquals(204, admin("POST", account + "/unlock").status());
        assertEquals(1, audited("ACCOUNT_UNLOCKED", "info"), "there was nothing to lift");
    }

    @Test
    void aNewPasswordVoidsTheMark() {
        lock();
        assertEquals(200, knownDevice(device).status());
        String fresh = "another horse, another battery";
        Session admin = Session.admin();
        admin.with(admin.client.request("PATCH", account))
                .json("{\"password\":\"" + fresh + "\"}")
                .send();

        assertEquals(401, withDevice(Session.login(new Client(), owner.username, fresh), device));
        admin("POST", account + "/unlock");
        assertEquals(200, withDevice(Session.login(new Client(), owner.username, fresh), device));
    }

    @Test
    void changingOnesPasswordMarksTheDeviceAnewAndVoidsTheOthers() {
        String fresh = "yet another horse and battery";
        Answer changed = owner.with(owner.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD + "\",\"new_password\":\"" + fresh + "\"}")
                .send();
        assertEquals(200, changed.status());
        lock();

        assertEquals(401, withDevice(Session.login(new Client(), owner.username, fresh), device));
        assertEquals(
                200, withDevice(Session.login(new Client(), owner.username, fresh), changed.cookieValue("device")));
    }

    @Test
    void guessesAtTheCurrentPasswordCountAgainstTheAccount() {
        for (int i = 0; i < 9; i++) {
            stranger(i, WRONG);
        }
        assertEquals(JsonValue.NULL, shown());

        owner.with(owner.client.post("/auth/password"))
                .json("{\"current_password\":\"" + WRONG + "\",\"new_password\":\"an unheard-of sentence\"}")
                .send();

        assertNotEquals(JsonValue.NULL, shown());
    }

    @Test
    void theMarkOfAnotherAccountIsWorthNothingAndATossedOneDoesNoHarm() {
        String other = Session.login(new Client(), Session.newUser("user"), Session.PASSWORD)
                .send()
                .cookieValue("device");
        lock();

        assertEquals(401, knownDevice(other).status());
        assertEquals(
                200,
                Session.login(new Client(), owner.username, Session.PASSWORD)
                        .header("Cookie", "device=tossed; device=" + other + "; device=" + device)
                        .send()
                        .status());
    }

    private void lock() {
        IntStream.range(0, 10).forEach(i -> stranger(i, WRONG));
        assertNotEquals(JsonValue.NULL, shown());
    }

    /** From an address that nobody else has. */
    private Answer stranger(int number, String password) {
        String address = "2001:db8:25:" + Integer.toHexString(NETWORKS.incrementAndGet() % 0xffff) + "::" + number;
        return Session.login(PROXY, owner.username, password)
                .header("X-Forwarded-For", address)
                .send();
    }

    private Answer knownDevice(String mark) {
        return Session.login(new Client(), owner.username, Session.PASSWORD)
                .cookie("device", mark)
                .send();
    }

    private static int withDevice(Client.Request login, String mark) {
        return login.cookie("device", mark).send().status();
    }

    private JsonValue shown() {
        return admin("GET", account).json().get("locked_until");
    }

    private static Answer admin(String method, String path) {
        Session admin = Session.admin();
        return admin.with(admin.client.request(method, path)).send();
    }

    /** How many there are, once there is one. */
    private long audited(String event, String severity) {
        Until.holds("audited " + event, () -> count(event, severity) > 0);
        return count(event, severity);
    }

    private long count(String event, String severity) {
        return audit().lines()
                .filter(line -> line.contains("\"event\":\"" + event + "\",\"severity\":\"" + severity + "\""))
                .filter(this::isOurs)
                .count();
    }

    private boolean isOurs(String line) {
        return line.contains("\"user_id\":\"" + owner.claims().getString("sub") + "\"");
    }

    private static String audit() {
        try {
            return Files.readString(SharedServer.get().home().resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(Answer answer) {
        return answer.headers().stream().map(header -> header.getName()).toList();
    }
}
