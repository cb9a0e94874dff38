package com.amplihack.auth.audit.chain;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes an audit file of some size and its first key, for the benchmark of the verifier. */
public final class AuditFileMaker {
    private static final JsonProvider JSON = JsonProvider.provider();

    private AuditFileMaker() {}

    /** Takes the file and its size in MiB; the key is in the file of the same name with {@code .key}. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        long bytes = Long.parseLong(arguments[1]) << 20;
        byte[] key = new byte[ChainKey.BYTES];
        new SecureRandom().nextBytes(key);
        Files.writeString(
                Path.of(arguments[0] + ".key"),
                Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n");
        ChainHead head = ChainHead.first(ChainKey.of(key));
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            long written = 0;
            for (long seq = 1; written < bytes; seq++) {
                ChainHead.Sealed line = head.seal(line(seq), seq);
                out.write(line.text());
                out.write('\n');
                written += line.text().length() + 1;
                head = line.head();
            }
        }
    }

    private static JsonObject line(long seq) {
        return JSON.createObjectBuilder()
                .add("timestamp", "2026-11-29T10:20:30.123Z")
                .add("node", "node-1-k3x9q2")
                .add("seq", seq)
                .add("event", "TOKEN_REFRESHED")
                .add("severity", "info")
                .add("user_id", "9eeeaa0c-541c-46ac-9ff8-af3cec4b0160")
                .add("username", "ada")
                .add("actor", "account:ada")
                .add("session_id", "1bsk-bZxk1s7Kbg1xLqHIRl_xAAxptc-SGPl4M47OrM")
                .add("ip_address", "203.0.113." + seq % 256)
                .add("user_agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
                .add("correlation_id", "9a02cb06-5f0c-43b2-a0a0-a04c5b33e5a1")
                .add(
                        "details",
                        JSON.createObjectBuilder().add("answer", "rotated").add("gen", Long.toString(seq % 99)))
                .build();
    }
}
