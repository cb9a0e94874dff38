package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code POST /admin/api/revoke-all} on a server of its own, since it signs everybody out. */
@Tag("one-store")
class PanicIT {
    @Test
    void everySessionOfEverybodyIsOverWithinASecond() {
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home",
                                        ServerProcess.freshDirectory("panic").toString(),
                                "auth.store", "memory",
                                "jwt.key.size", "2048"),
                        Map.of())
                .ready()) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            Session.make(admin, "eva", "user");
            Session eva = Session.of(server, "eva", Session.PASSWORD);
            Session.make(admin, "bob", "user");
            Session bob = Session.of(server, "bob", Session.PASSWORD);
            assertEquals(
                    "insufficient_permissions",
                    bob.with(bob.client.post("/admin/api/revoke-all")).send().error());
            assertEquals(200, eva.user().status());

            Answer answer =
                    admin.with(admin.client.post("/admin/api/revoke-all")).send();

            assertEquals(200, answer.status());
            for (Session session : List.of(admin, eva, bob)) {
                assertEquals("token_revoked", session.user().error());
                assertEquals(
                        "invalid_refresh_token", session.refreshRequest().send().error());
            }
            assertEquals(200, Session.of(server, "eva", Session.PASSWORD).user().status(), "signing in anew works");
            assertTrue(server.output().contains("\"action\":\"revoke_all\""));
            assertTrue(server.output().contains("\"severity\":\"critical\""));
        }
    }
}
