package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A token that was seen on the wire, in a log, in a proxy, is used again (docs/adr/0011). */
@Tag("store")
class ReplayAttackIT {
    @Test
    @Tag("fault-2")
    void aBareTokenIsGoodOnce() {
        Session session = Session.ofNewUser();

        assertEquals(200, session.bareUser().status());
        Answer second = session.bareUser();

        assertEquals(401, second.status());
        assertEquals("token_replayed", second.error());
        assertEquals("Token replay detected", second.json().getString("title"));
        assertEquals(
                List.of("Bearer realm=\"amplihack\", error=\"invalid_token\""), second.headers("WWW-Authenticate"));
    }

    @Test
    void aBurntTokenIsNotGoodWithProofEither() {
        Session session = Session.ofNewUser();
        session.bareUser();

        assertEquals("token_replayed", session.user().error());
    }

    @Test
    @Tag("fault-11")
    void ofFiftyParallelUsesOfABareTokenOneIsAdmitted() {
        Session session = Session.ofNewUser();

        List<Integer> statuses = IntStream.range(0, 50)
                .parallel()
                .mapToObj(i -> session.bareUser().status())
                .toList();

        assertEquals(1, statuses.stream().filter(status -> status == 200).count(), statuses.toString());
        assertEquals(49, statuses.stream().filter(status -> status == 401).count(), statuses.toString());
    }

    @Test
    void aProvenSessionRepeatsAndIsNeverUsableBare() {
        Session session = Session.ofNewUser();
        for (int i = 0; i < 5; i++) {
            assertEquals(200, session.user().status());
        }

        assertEquals("token_replayed", session.bareUser().error());
        assertEquals(200, session.user().status());
    }

    @Test
    void aBareTokenIsSpentForEveryPathAndMethod() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.bareUser().status());
        for (String path : List.of("/v1/api/user", "/auth/sessions", "/auth/verify", "/api/nothing")) {
            Answer answer = session.client.get(path).bearer(session.accessToken).send();
            assertEquals("token_replayed", answer.error(), path);
        }
        assertEquals(
                "token_replayed",
                session.client
                        .post("/auth/logout-all")
                        .bearer(session.accessToken)
                        .send()
                        .error());
    }

    @Test
    void ofFiftyParallelUsesBareAndProvenNoneIsBareOnceOneWasProven() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.user().status());
        List<Integer> statuses = IntStream.range(0, 50)
                .parallel()
                .mapToObj(i -> (i % 2 == 0 ? session.bareUser() : session.user()).status())
                .toList();
        assertEquals(25, statuses.stream().filter(status -> status == 200).count(), statuses.toString());
    }

    @Test
    void theTokenOfARefreshIsNotUsableBareInAProvenSession() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.user().status());
        session.refresh();
        assertEquals("token_replayed", session.bareUser().error());
        assertEquals(200, session.user().status());
    }

    @Test
    void aReplayIsAuditedWithItsKind() {
        Session session = Session.ofNewUser();
        session.bareUser();
        String id = UUID.randomUUID().toString();
        session.client
                .get("/api/user")
                .bearer(session.accessToken)
                .header("X-Request-Id", id)
                .send();
        assertEquals(List.of("REPLAY_DETECTED"), SharedServer.get().audited(id));
    }
}
