package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spellings of a path that one reader takes for another. */
class PathAttackIT {
    @Test
    void pathTricksReachNothing() {
        Client client = new Client();
        for (String path : List.of(
                "/api/user;x=1",
                "/%61pi/user",
                "//api/user",
                "/api//user",
                "/v1/api/user;a=b",
                "/api/user/",
                "/auth/login/../../api/user",
                "/v1/v1/api/user",
                "/v1/admin/api/users",
                "/admin/api/users;x")) {
            Answer answer = client.get(path).send();
            assertTrue(
                    answer.status() == 400 || answer.status() == 401 || answer.status() == 404,
                    path + ": " + answer.status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/api/users",
                "/admin/api/./users",
                "/admin/api/../api/users",
                "/admin//api/users",
                "//admin/api/users",
                "/%61dmin/api/users",
                "/admin/%61pi/users",
                "/admin/api%2fusers",
                "/admin%2fapi/users",
                "/admin/api;/users",
                "/admin;x/api/users",
                "/v1/../admin/api/users",
                "/auth/../admin/api/users",
                "/api/../admin/api/users",
                "/ADMIN/api/users",
                "/admin/api/users/",
                "/admin/api/users.json",
                "/admin/api/users%00",
                "/admin/api/users%20",
                "/admin\\api\\users",
                "/auth/jwks/../../admin/api/users"
            })
    void aUserReachesAdministrationByNoSpelling(String path) throws IOException {
        Session user = Session.ofNewUser();
        String answer = raw(
                path,
                "Authorization: Bearer " + user.accessToken + "\r\nSession-Handle: " + user.handle + "\r\n",
                user);
        boolean sentToThePage =
                answer.matches("(?s)HTTP/1\\.1 301 .*\r\nLocation: http://[^/]*/admin/\r\n.*"); // for everybody
        assertTrue(sentToThePage || answer.matches("(?s)HTTP/1\\.1 (400|401|403|404) .*"), answer);
        assertFalse(answer.contains("\"items\""), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/user",
                "/api/./user",
                "/api/x/../user",
                "/auth/login/../../api/user",
                "/auth/jwks/../../api/user",
                "/%61%70%69/user",
                "/api%2fuser",
                "/api/%75ser",
                "/health/live/../../api/user",
                "/index.html/../api/user",
                "/v1/auth/../api/user",
                "/auth/sessions",
                "/auth/%73essions",
                "/auth/./sessions",
                "/auth//sessions"
            })
    void nobodyReachesAProtectedResourceWithoutATokenByAnySpelling(String path) throws IOException {
        String answer = raw(path, "", null);
        assertTrue(answer.matches("(?s)HTTP/1\\.1 (400|401|404) .*"), answer);
    }

    private static String raw(String path, String headers, Session session) throws IOException {
        InetAddress from = InetAddress.getByName(session == null ? "127.0.0.1" : session.client.address());
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"), SharedServer.get().port(), from, 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path
                                    + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Test/1.0\r\nConnection: close\r\n"
                                    + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
