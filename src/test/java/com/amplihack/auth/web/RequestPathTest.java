package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/api/user, /api/user",
        "/api/user, /api/user",
        "/v1, /v1",
        "/v1/, /",
        "/v1/v1/api, /v1/api",
        "/v12/api, /v12/api",
        "/V1/api, /V1/api",
        "/api/v1/models, /api/models",
        "/v1/api/v1/models, /api/models",
        "/api/v1, /api/v1",
        "/api/v1/v1/a, /api/v1/a",
        "/auth/v1/login, /auth/v1/login"
    })
    void oneVersionInFrontIsLeftOutAndOneBehindTheApi(String path, String expected) {
        assertEquals(
                expected, RequestPath.of(TestRequest.of("GET", path).build()).decoded());
        assertEquals(
                expected, RequestPath.of(TestRequest.of("GET", path).build()).spelled());
    }

    @ParameterizedTest
    @CsvSource({
        "/api/user/, /api/user",
        "/v1/api/user/, /api/user",
        "/auth/verify/, /auth/verify",
        "/admin/api/users/, /admin/api/users",
        "/api/user//, /api/user//",
        "/, /",
        "//, //",
        "/admin/, /admin/",
        "/v1/admin/, /admin/"
    })
    void oneSlashAtTheEndIsLeftOutButOfAFolderOfPages(String path, String expected) {
        assertEquals(
                expected, RequestPath.of(TestRequest.of("GET", path).build()).decoded());
        assertEquals(
                expected, RequestPath.of(TestRequest.of("GET", path).build()).spelled());
    }

    @ParameterizedTest
    @CsvSource({"/v1/api/user, /v1", "/v1/api/user/, /v1", "/api/user, ''", "/v12/api, ''", "/v1, ''"})
    void theVersionIsOneInFront(String path, String expected) {
        assertEquals(
                expected, RequestPath.of(TestRequest.of("GET", path).build()).version());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/models, /api/models",
        "/v1/models/, /api/models",
        "/v1/chat/completions, /api/chat/completions",
        "/v1/other, /other",
        "/models, /models",
        "/v12/models, /v12/models",
        "/v1/api/models, /api/models",
        "/v1/auth/login, /auth/login",
        "/v1/admin/models, /admin/models",
        "/v1/health/models, /health/models",
        "/v1/v1/models, /api/models",
        "/api/v1/v1/models, /api/models",
        "/v1/v1/v1/models, /v1/v1/models",
        "/api/v1/v1/v1/models, /api/v1/v1/models",
        "/v1/v1/auth/login, /v1/auth/login",
        "/v1/v1/api/models, /v1/api/models",
        "/v1/models//, /models//"
    })
    void whatIsProxiedBelowTheApiIsFoundBelowTheVersionToo(String path, String expected) {
        HttpServletRequest request = TestRequest.of("GET", path).build();
        Set<String> proxied = Set.of(
                "/api/models", "/api/chat/completions", "/api/auth/login", "/api/admin/models", "/api/health/models");
        RequestPath read = RequestPath.of(request, proxied::contains);
        assertEquals(expected, read.decoded());
        assertEquals(expected, read.spelled());
        assertSame(read, RequestPath.of(request), "the first call decides");
    }
}
