package com.amplihack.auth.bench;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** API keys that are refused for each reason there is; {@link EnumerationBenchmark} measures them. */
final class KeyEnumeration {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Client client;
    private final EnumerationBenchmark.Admin admin;

    KeyEnumeration(Client client, EnumerationBenchmark.Admin admin) {
        this.client = client;
        this.admin = admin;
    }

    /** A key for each reason, well-formed all of them. */
    Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("unknown id", wellFormed(random(16)));
        keys.put("wrong secret", wellFormed(make("/auth/api-keys").getString("key_id")));
        JsonObject revoked = make("/auth/api-keys");
        admin.send(client.request("DELETE", "/auth/api-keys/" + revoked.getString("key_id")));
        keys.put("revoked", revoked.getString("key"));
        JsonObject expired = make("/auth/api-keys");
        admin.send(client.post("/auth/api-keys/" + expired.getString("key_id") + "/rotate")
                .json("{\"overlap_minutes\":0}"));
        keys.put("expired", expired.getString("key"));
        String disabled = admin.make("disabled-owner", false);
        keys.put(
                "disabled account",
                make("/admin/api/users/" + disabled + "/api-keys").getString("key"));
        return keys;
    }

    Answer use(String key) {
        return client.get("/api/user").bearer(key).send();
    }

    private JsonObject make(String path) {
        return admin.send(client.post(path)
                        .json(Json.createObjectBuilder()
                                .add("name", "bench")
                                .build()
                                .toString()))
                .json();
    }

    /** A key with that id and a secret of its own. */
    private static String wellFormed(String id) {
        String text = "amp_" + id + random(43);
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        StringBuilder checksum = new StringBuilder();
        for (long value = crc.getValue(), i = 0; i < 6; i++, value /= ALPHABET.length()) {
            checksum.insert(0, ALPHABET.charAt((int) (value % ALPHABET.length())));
        }
        return text + checksum;
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder();
        RANDOM.ints(length, 0, ALPHABET.length()).forEach(i -> text.append(ALPHABET.charAt(i)));
        return text.toString();
    }
}
