package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which account names exist, told by an answer; what the time tells is a benchmark (docs/benchmarks.md). */
class EnumerationAttackIT {
    @Test
    @Tag("fault-27")
    void unknownUserAndWrongPasswordGetTheSameAnswer() {
        Answer unknown = Session.login(new Client(), "nobody-of-that-name", Session.PASSWORD)
                .send();
        Answer wrong = Session.login(new Client(), Session.newUser("user"), "not the password")
                .send();

        assertEquals(401, unknown.status());
        assertEquals("invalid_credentials", unknown.error());
        assertEquals("Invalid credentials", unknown.json().getString("title"));
        assertEquals(unknown.body(), wrong.body());
        assertEquals(headers(unknown), headers(wrong));
        assertEquals(List.of("Bearer realm=\"amplihack\""), wrong.headers("WWW-Authenticate"));
    }

    @Test
    void disabledAccountGetsTheAnswerOfAWrongPassword() {
        String username = "disabled-" + System.nanoTime();
        Session admin = Session.admin();
        admin.with(admin.client.post("/admin/api/users"))
                .json("{\"username\":\"" + username + "\",\"password\":\"" + Session.PASSWORD + "\",\"enabled\":false}")
                .send();

        Answer answer = Session.login(new Client(), username, Session.PASSWORD).send();
        Answer unknown = Session.login(new Client(), "nobody-of-that-name", Session.PASSWORD)
                .send();

        assertEquals(401, answer.status());
        assertEquals(unknown.body(), answer.body());
        assertEquals(headers(unknown), headers(answer));
    }

    @Test
    void aLockedAccountAnswersAsAnUnknownOne() {
        String username = Session.newUser("user");
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            answers.add(
                    Session.login(new Client(), username, "not the password").send());
        }
        Answer locked = Session.login(new Client(), username, Session.PASSWORD).send();
        Answer unknown = Session.login(new Client(), "nobody-of-that-name", Session.PASSWORD)
                .send();
        assertEquals(401, locked.status());
        assertEquals(unknown.body(), locked.body());
        assertEquals(headers(unknown), headers(locked));
        answers.forEach(answer -> assertEquals(unknown.body(), answer.body()));
    }

    @Test
    void somebodyElsesSessionAndOneThatIsNoneAreTheSame() {
        Session session = Session.ofNewUser();
        Session other = Session.ofNewUser();
        Answer theirs = session.with(session.client.request(
                        "DELETE", "/auth/sessions/" + other.claims().getString("sid")))
                .send();
        Answer none = session.with(session.client.request("DELETE", "/auth/sessions/" + "A".repeat(43)))
                .send();
        assertEquals(404, theirs.status());
        assertEquals(none.body(), theirs.body());
        assertEquals(headers(none), headers(theirs));
    }

    @Test
    void aTakenNameIsToldToAdministratorsAlone() {
        Session user = Session.ofNewUser();
        Answer answer = user.with(user.client.post("/admin/api/users"))
                .json("{\"username\":\"admin\"}")
                .send();
        assertEquals("insufficient_permissions", answer.error());
    }

    /** Names and values, without what differs from one answer to the next: the request's id, and what is left when. */
    private static List<String> headers(Answer answer) {
        return answer.headers().stream()
                .map(header -> Set.of("X-Request-Id", "RateLimit", "Date").contains(header.getName())
                        ? header.getName()
                        : header.getName() + ": " + header.getValue())
                .sorted()
                .toList();
    }
}
