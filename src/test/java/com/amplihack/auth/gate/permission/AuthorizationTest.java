package com.amplihack.auth.gate.permission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.web.ClientContext;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthorizationTest {
    private final RecordedAudit audit = new RecordedAudit();
    private final Authorization authorization = new Authorization(audit);
    private final AccessToken caller = TestAccessToken.of(
            "jti",
            "subject",
            "eva",
            "sid",
            0,
            List.of("user", "editor"),
            List.of("chat:write"),
            "",
            "",
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.EPOCH);

    @Test
    void whoHasItPassesInSilence() {
        authorization.requirePermission(caller, "chat:write", ClientContext.NONE);
        authorization.requireRole(caller, List.of("admin", "editor"), ClientContext.NONE);
        assertEquals(List.of(), audit.events());
    }

    @Test
    void whoLacksItIsRefusedAndAudited() {
        AuthException permission = assertThrows(
                AuthException.class, () -> authorization.requirePermission(caller, "chat:read", ClientContext.NONE));
        assertEquals(ErrorCode.INSUFFICIENT_PERMISSIONS, permission.code());
        assertEquals("This needs the permission chat:read.", permission.getMessage());
        AuthException role = assertThrows(
                AuthException.class,
                () -> authorization.requireRole(caller, List.of("admin", "root"), ClientContext.NONE));
        assertEquals("This needs the role admin or root.", role.getMessage());
        assertThrows(AuthException.class, () -> authorization.requireRole(caller, List.of(), ClientContext.NONE));
        assertEquals(List.of("ACCESS_DENIED", "ACCESS_DENIED", "ACCESS_DENIED"), audit.events());
    }
}
