package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        "/V1/api, /V1/api"
    })
    void oneVersionInFrontIsLeftOut(String path, String expected) {
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
}
