package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.web.RequestPath;
import com.amplihack.auth.web.TestRequest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathKindTest {
    private static final Settings SETTINGS = TestSettings.dev(Path.of("/nowhere"), Map.of());

    @ParameterizedTest
    @CsvSource({
        "/api/user, true",
        "/api/anything/else, true",
        "/v1/api/user, true",
        "/api, false",
        "/apis/user, false",
        "/admin/api/users, true",
        "/v1/admin/api/users, true",
        "/admin/, false",
        "/auth/logout-all, true",
        "/auth/password, true",
        "/auth/sessions, true",
        "/auth/sessions/x, true",
        "/auth/sessionsx, false",
        "/auth/api-keys, true",
        "/auth/api-keys/x/rotate, true",
        "/v1/auth/api-keys/x, true",
        "/auth/account, true",
        "/auth/account/delete, true",
        "/auth/email, true",
        "/auth/email/verify, false",
        "/auth/password/forgot, false",
        "/auth/password/reset, false",
        "/auth/invitation, false",
        "/auth/api-keysx, false",
        "/auth/usage, true",
        "/auth/verify, true",
        "/auth/verify/a/b, true",
        "/auth/verifyx, false",
        "/auth/login, false",
        "/auth/refresh, false",
        "/auth/logout, false",
        "/auth/jwks, false",
        "/health/live, false",
        "/, false"
    })
    void thesePathsNeedAToken(String path, boolean needed) {
        assertEquals(needed, kind(path).needsToken());
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /auth/login, true",
        "DELETE, /auth/sessions/x, true",
        "POST, /auth/email, true",
        "POST, /auth/email/verify, true",
        "POST, /auth/password/forgot, true",
        "POST, /auth/password/reset, true",
        "POST, /auth/invitation, true",
        "PATCH, /auth/account, true",
        "POST, /auth/api-keys, true",
        "POST, /auth/api-keys/x/rotate, true",
        "PATCH, /auth/api-keys/x, true",
        "PATCH, /admin/api/users/x, true",
        "POST, /v1/auth/logout, true",
        "GET, /auth/login, false",
        "HEAD, /auth/sessions, false",
        "OPTIONS, /auth/login, false",
        "get, /auth/login, true",
        "POST, /api/chat/completions, false",
        "POST, /auth/verify, false",
        "PUT, /auth/verify/x, false"
    })
    void theseRequestsChangeState(String method, String path, boolean changes) {
        assertEquals(changes, kind(path).needsCsrfProtection(method));
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /auth/login, true",
        "POST, /v1/auth/refresh, true",
        "PUT, /auth/anything, true",
        "POST, /auth/logout, true",
        "GET, /auth/login, false",
        "POST, /auth/password, false",
        "POST, /api/chat/completions, false"
    })
    void theseBodiesAreCredentialsWithoutAToken(String method, String path, boolean credential) {
        assertEquals(credential, kind(path).takesCredentialInBody(method));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/user, true, false",
        "/admin/api/users, true, false",
        "/admin/, false, true",
        "/auth/login, true, false",
        "/auth/jwks, false, false",
        "/.well-known/jwks.json, false, false",
        "/, false, true",
        "/index.html, false, true",
        "/amplihack-auth.js, false, true",
        "/style.css, false, true",
        "/favicon.ico, false, false"
    })
    void cachesAreTold(String path, boolean secret, boolean page) {
        assertEquals(secret, kind(path).isNeverCached());
        assertEquals(page, kind(path).isRevalidated());
    }

    @ParameterizedTest
    @CsvSource({
        "/auth/jwks, true",
        "/v1/auth/jwks, true",
        "/.well-known/jwks.json, true",
        "/.well-known/openid-configuration, true",
        "/auth/jwksx, false",
        "/api/user, false",
        "/.well-known, false",
        "/x/.well-known/jwks.json, false"
    })
    void thesePagesOfAnybodyMayRead(String path, boolean open) {
        assertEquals(open, kind(path).isReadByAnyPage());
    }

    @ParameterizedTest
    @CsvSource({
        "/api/chat/completions, OPEN_API, API",
        "/v1/api/chat/completions, OPEN_API, API",
        "/api/user, API, API",
        "/api/chat/completions/x, API, API",
        "/admin/api/users, ADMIN_API, ADMIN_API"
    })
    void onlyProxiedPathsOpenWithoutAuthentication(String path, PathKind open, PathKind usual) {
        Settings without = TestSettings.dev(Path.of("/nowhere"), Map.of("enable.jwt.auth", "false"));
        assertEquals(open, kind(path, without));
        assertEquals(usual, kind(path));
    }

    private static PathKind kind(String path) {
        return kind(path, SETTINGS);
    }

    private static PathKind kind(String path, Settings settings) {
        return PathKind.of(RequestPath.of(TestRequest.of("GET", path).build()).decoded(), settings);
    }
}
