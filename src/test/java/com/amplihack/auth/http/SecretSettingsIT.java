package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A secret is taken to the letter, or the start is refused by the setting's name; no log ever shows it. */
@Tag("one-store")
class SecretSettingsIT {
    private static final String PASSWORD = "a\\$b-long-enough-{pass}";
    private static final String DATABASE_PASSWORD = "da\\$ta{base}$$";
    private static final String PASSPHRASE = "pa${ss}phrase \\${of} the keys";

    private static Map<String, String> environment(Path home) {
        return new HashMap<>(Map.of(
                "MP_CONFIG_PROFILE", "dev",
                "AUTH_HOME", home.toString(),
                "AUTH_STORE", "memory",
                "JWT_KEY_SIZE", "2048"));
    }

    @ParameterizedTest
    @CsvSource({
        "JWT_KEY_PASSPHRASE, ${nope}correct horse battery staple, jwt.key.passphrase",
        "AUTH_DB_PASSWORD,   ${nope}correct horse battery staple, auth.db.password"
    })
    void aSecretThatCannotBeResolvedStopsTheStartAndIsNotShown(String variable, String value, String name)
            throws IOException {
        Path home = ServerProcess.freshDirectory("unresolved");
        Map<String, String> environment = environment(home);
        environment.put(variable, value);

        ServerProcess failing = ServerProcess.start(ServerProcess.freePort(), Map.of(), environment);

        assertNotEquals(0, failing.exitCode());
        String output = failing.output();
        assertFalse(output.contains("correct horse"), output);
        assertFalse(output.contains("nope"), output);
        assertEquals(
                1,
                output.lines()
                        .filter(line -> line.contains("Amplihack Auth cannot start: " + name + " holds a ${"))
                        .count(),
                output);
        assertFalse(Files.exists(home.resolve("keys/jwt_private.pem")), "no key in the clear");
    }

    @Test
    void secretsAreTakenToTheLetter() throws Exception {
        Path home = ServerProcess.freshDirectory("literal");
        Map<String, String> environment = environment(home);
        Path commands =
                Files.writeString(home.resolve("preboot"), "set-config-dir --directory " + secrets(home) + "\n");
        environment.put("AUTH_DB_USER", "auth");
        environment.put("AUTH_DB_PASSWORD", DATABASE_PASSWORD);
        environment.put("THE_PASSPHRASE", PASSPHRASE);
        environment.put("JWT_ISSUER", "https://${issuer.host:issuer.example}");
        environment.put("AUTH_ARGON2_CONCURRENCY", "256");
        environment.put("AUTH_ARGON2_MEMORY_KIB", "524288"); // 128 GiB in all
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(), Map.of(), environment, "--prebootcommandfile", commands.toString())
                .ready()) {
            assertTrue(server.output().contains("First account: admin, password: as configured"), server.output());
            assertTrue(server.output().contains("WARNING auth.argon2.concurrency (256) times"), server.output());
            Client.Answer login =
                    Session.login(new Client(server.port()), "admin", PASSWORD).send();
            assertEquals(200, login.status());
            assertEquals(
                    "https://issuer.example",
                    Session.part(login.json().getString("access_token"), 1).getString("iss"));
            assertNoneShown(server.output());
        }
        try (Connection database = DriverManager.getConnection(
                "jdbc:h2:file:" + home.resolve("accounts") + ";IFEXISTS=TRUE", "auth", DATABASE_PASSWORD)) {
            assertTrue(database.isValid(1));
        }
        String key = Files.readString(home.resolve("keys/jwt_private.pem"));
        assertTrue(key.contains("ENCRYPTED PRIVATE KEY"), key);
        assertTrue(opens(home.resolve("keys/jwt_private.pem"), PASSPHRASE));
    }

    /** As Kubernetes mounts a secret, and with the newline that {@code echo} leaves. */
    private static Path secrets(Path home) throws IOException {
        Path secrets = Files.createDirectory(home.resolve("secrets"));
        Path data = Files.createDirectory(secrets.resolve("..2026_11_28"));
        Files.createSymbolicLink(secrets.resolve("..data"), data.getFileName());
        Map.of("auth.bootstrap.password", PASSWORD + "\r\n", "jwt.key.passphrase", "${ENV=THE_PASSPHRASE}\n")
                .forEach((name, content) -> {
                    try {
                        Files.writeString(data.resolve(name), content);
                        Files.createSymbolicLink(secrets.resolve(name), Path.of("..data", name));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        return secrets;
    }

    private static boolean opens(Path key, String passphrase) throws Exception {
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(key))) {
            PKCS8EncryptedPrivateKeyInfo encrypted = (PKCS8EncryptedPrivateKeyInfo) parser.readObject();
            encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(passphrase.toCharArray()));
            return true;
        } catch (PKCSException another) {
            return false;
        }
    }

    private static void assertNoneShown(String output) {
        for (String secret : List.of(PASSWORD, DATABASE_PASSWORD, PASSPHRASE, "THE_PASSPHRASE")) {
            assertFalse(output.contains(secret), output);
        }
    }
}
