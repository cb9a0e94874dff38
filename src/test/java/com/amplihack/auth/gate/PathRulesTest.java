package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.web.TestRequest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRulesTest {
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
        assertEquals(needed, PathRules.isProtected(TestRequest.of("GET", path).build(), SETTINGS));
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /auth/login, true",
        "DELETE, /auth/sessions/x, true",
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
        assertEquals(
                changes, PathRules.changesState(TestRequest.of(method, path).build()));
    }

    @ParameterizedTest
    @CsvSource({
        "/api/user, true, false",
        "/admin/api/users, true, false",
        "/admin/, true, false",
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
        assertEquals(
                secret,
                PathRules.carriesTokensOrPersons(TestRequest.of("GET", path).build()));
        assertEquals(page, PathRules.isPage(TestRequest.of("GET", path).build()));
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
        assertEquals(open, PathRules.isOpenDocument(TestRequest.of("GET", path).build()));
    }
}
