package com.amplihack.auth.gate.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/", "/a%20b", "/%C3%A9", "/a%2fb", "/a.", "/a..", "/...", "/.a", "/./a", "/../a", "/a/..;x", "*", ""
            })
    void aPathThatTheContainerCanRead(String path) {
        assertTrue(RequestSyntax.isReadablePath(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%", "/a%2", "/%zz", "/%u0041", "/%%20", "/a%2g", "/%20%", "/a/.", "/a/..", "/a/%2e", "/a/.%2E",
                "/a%2f.."
            })
    void aPathOnWhichTheContainerFails(String path) {
        assertFalse(RequestSyntax.isReadablePath(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host: a\r\n",
                "Content-Length: 5\r\n",
                "content-length: 5\r\nContent-Length:5 \r\n",
                "Transfer-Encoding: chunked\r\n",
                "TRANSFER-ENCODING:\tChunked\r\n",
                "User-Agent: a\u00eb\u0080\u00ff\tb\r\n",
                "Content-Encoding: gzip, x-y\r\nX-Content-Encoding: \u00e9\r\nContent-Language: \u00e9\r\n",
                "X: Transfer-Encoding: identity\r\nX-Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
            })
    void aHeadThatEverybodyReadsAlike(String headers) {
        assertEquals("", RequestSyntax.fault("POST / HTTP/1.1\r\n" + headers + "\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity, chunked\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunkedx\r\n",
                "Transfer-Encoding: \"chunked\"\r\n",
                "Transfer-Encoding:\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 5\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: -5\r\n",
                "Content-Length: 5 5\r\n",
                "Content-Length:\r\n",
                "Host: a\r\nHost: a\r\n",
                "Content-Encoding: \u00c3\u00a9\r\n",
                "content-encoding: gzip\r\nContent-Encoding:\u00a0gzip\r\n",
                "X: a\nTransfer-Encoding: chunked\r\n",
                "X: a\rb\r\n",
                "X: a\u0000b\r\n",
                "X: a\u007fb\r\n",
                "X: a\u000bb\r\n",
                "X: a\r\n b\r\n",
                "Transfer-Encoding:\r\n chunked\r\n",
                "X: a\r"
            })
    void aHeadThatTwoReadersCouldReadDifferently(String headers) {
        assertNotEquals("", RequestSyntax.fault("POST / HTTP/1.1\r\n" + headers + "\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET http:/// HTTP/1.1", "GET http:///a HTTP/1.1", "GET https://?a HTTP/1.1"})
    void anAbsoluteTargetHasAHost(String requestLine) {
        assertNotEquals("", RequestSyntax.fault(requestLine + "\r\n\r\n"));
        assertEquals("", RequestSyntax.fault("GET http://a/?b=http:///c HTTP/1.1\r\nX: http:///\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.0", "POST /  HTTP/1.0 HTTP/1.1 HTTP/1.0", "POST /"})
    void chunksAreOfHttp11Alone(String requestLine) {
        assertNotEquals("", RequestSyntax.fault(requestLine + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
    }
}
