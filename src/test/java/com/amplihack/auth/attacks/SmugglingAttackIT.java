package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that a proxy in front could read as another number of requests than we do (RFC 9112 section 11.2). Each is a good
 * login but for its framing, with another request behind it on the same connection, which must never be answered.
 */
class SmugglingAttackIT {
    private static final String NEXT = "GET /auth/jwks HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final String body =
            "{\"username\":\"" + Session.newUser("user") + "\",\"password\":\"" + Session.PASSWORD + "\"}";
    private final String address = new Client().address();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: %1$d\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: %1$d\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity, chunked\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunkedx\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Transfer-Encoding:\r\n chunked\r\n",
                "Transfer-Encoding: chunked\r\nHost: b\r\n",
                "X: y\nTransfer-Encoding: chunked\r\n",
                "X: y\rz\r\nTransfer-Encoding: chunked\r\n"
            })
    void aBodyWhoseLengthIsAmbiguousIsRefusedAndTheConnectionClosed(String headers) throws IOException {
        assertRefused(headers.formatted(body.length()), chunked("\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: %1$d\r\nContent-Length: 2\r\n",
                "Content-Length: %1$d, %1$d\r\n",
                "Content-Length: +%1$d\r\n",
                "Content-Length: %1$d\r\nTransfer-Encoding: identity\r\n"
            })
    void twoLengthsAreRefusedAndTheConnectionClosed(String headers) throws IOException {
        assertRefused(headers.formatted(body.length()), body);
    }

    @Test
    void malformedChunksAreRefusedAndTheConnectionClosed() throws IOException {
        String chunks = chunked("\r\n");
        String size = Integer.toHexString(body.length());
        for (String malformed : new String[] {
            chunked("\n"),
            chunks.replaceFirst("\r\n", "\n"),
            chunks.replace("}\r\n", "}\n"),
            chunks.replace("}\r\n", "}xx\r\n"),
            chunks.replaceFirst(size, size + " "),
            chunks.replaceFirst(size, " " + size),
            chunks.replaceFirst(size, "0x" + size),
            chunks.substring(0, chunks.length() - 2) + "\n",
            chunks.substring(0, chunks.length() - 2) + "X: y\n\r\n"
        }) {
            assertRefused("Transfer-Encoding: chunked\r\n", malformed);
        }
    }

    @Test
    void wellFormedChunksAreReadHoweverTheyArrive() throws IOException {
        Random random = Seed.random();
        for (int longest : new int[] {1, 7, 60, 10_000}) {
            StringBuilder chunks = new StringBuilder();
            for (int at = 0; at < body.length(); ) {
                int length = Math.min(1 + random.nextInt(40), body.length() - at);
                chunks.append(Integer.toHexString(length)).append("\r\n").append(body, at, at += length);
                chunks.append("\r\n");
            }
            chunks.append("0\r\nX-Trailer: y\r\n\r\n");
            String answers = send("Transfer-Encoding: chunked\r\n", chunks.toString(), longest, random);
            assertTrue(answers.startsWith("HTTP/1.1 200 ") && answers.contains("access_token"), answers);
            assertTrue(answers.contains("\"keys\""), "the request behind it is answered");
        }
    }

    /** A line that begins with a blank continues the one before, or is a header of its own, as one reads it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\n Transfer-Encoding: chunked\r\n",
                "X: a\r\n\tb\r\n",
                "X:\r\n b\r\n",
                "X: a\r\n  Content-Length: 50\r\n",
                "X: a\n b\r\n",
                "X: a\r\n b\r\nY: c\rd\r\n"
            })
    void aFoldedLineIsRefusedHoweverItArrives(String headers) throws IOException {
        String length = "Content-Length: " + body.length() + "\r\n";
        for (int longest : new int[] {Integer.MAX_VALUE, 1, 7, 60}) {
            String answers = send(length + headers, body, longest, Seed.random());
            assertTrue(answers.isEmpty() || answers.startsWith("HTTP/1.1 400 "), headers + longest + answers);
            assertTrue(answers.split("HTTP/1\\.1 ", -1).length <= 2, answers);
        }
        assertRefused(length + headers, body);
    }

    private void assertRefused(String headers, String payload) throws IOException {
        String answers = send(headers, payload, Integer.MAX_VALUE, Seed.random());
        assertTrue(answers.startsWith("HTTP/1.1 400 "), headers + payload + answers);
        assertEquals(1, answers.split("HTTP/1\\.1 ", -1).length - 1, answers);
    }

    private String chunked(String lineBreak) {
        return Integer.toHexString(body.length()) + lineBreak + body + lineBreak + "0" + lineBreak + lineBreak;
    }

    /** Everything that comes back until the server closes the connection. */
    private String send(String headers, String payload, int longest, Random random) throws IOException {
        byte[] all =
                ("POST /auth/login HTTP/1.1\r\nHost: a\r\nUser-Agent: Test/1.0\r\nContent-Type: application/json\r\n"
                                + headers + "\r\n" + payload + NEXT)
                        .getBytes(StandardCharsets.ISO_8859_1);
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"), SharedServer.get().port(), InetAddress.getByName(address), 0)) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            ByteArrayOutputStream answers = new ByteArrayOutputStream();
            try {
                for (int at = 0; at < all.length; ) {
                    int length = Math.min(
                            longest == Integer.MAX_VALUE ? all.length : 1 + random.nextInt(longest), all.length - at);
                    socket.getOutputStream().write(Arrays.copyOfRange(all, at, at + length));
                    at += length;
                }
                socket.getInputStream().transferTo(answers);
            } catch (SocketException closedWithUnreadBytes) {
                // a reset is a closed connection, too; what came before it counts
            }
            return answers.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
