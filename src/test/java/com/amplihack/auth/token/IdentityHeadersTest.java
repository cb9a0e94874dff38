package com.amplihack.auth.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityHeadersTest {
    @Test
    void noNameCanEndAHeaderOrAList() {
        AccessToken token = TestAccessToken.of(
                "jti",
                "subject",
                "Zoë, 100%\r\nX-Auth-Roles: admin",
                "sid",
                0,
                List.of("user", "a,b"),
                List.of("chat:write", "model:read"),
                "",
                "",
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH);
        assertEquals(
                Map.of(
                        "X-Auth-Subject", "subject",
                        "X-Auth-Username", "Zo%C3%AB%2C%20100%25%0D%0AX-Auth-Roles:%20admin",
                        "X-Auth-Roles", "user,a%2Cb",
                        "X-Auth-Permissions", "chat:write,model:read"),
                IdentityHeaders.of(token));
    }
}
