package com.amplihack.auth.server;

import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of {@code server-config/payara}, edited as an administrator would, for a Redis and a PostgreSQL of a test's own. */
record Kit(Path directory) {
    static final String STORE_PASSWORD = "a password of the store";
    static final String DATABASE_PASSWORD = "a password \\ of the database";

    private static final int PATIENCE_MINUTES = 20;

    /** What a command said. */
    record Result(int exitCode, String output) {}

    static Kit make(Path directory, TestRedis redis, EmbeddedPostgres postgres, Path home) throws IOException {
        Kit kit = new Kit(directory);
        Path secrets = Files.createDirectories(directory.resolve("secrets"));
        Files.createDirectories(directory.resolve("tls"));
        try (Stream<Path> files = Files.list(Path.of("server-config/payara"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        Files.writeString(secrets.resolve("database"), DATABASE_PASSWORD);
        Files.writeString(secrets.resolve("redis"), redis.password());
        kit.edit("auth.home", home.toString());
        kit.edit("redis.port", Integer.toString(redis.port()));
        kit.edit("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/auth");
        kit.add("jwt.key.size", "2048");
        return kit;
    }

    static void makeDatabase(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role auth login password '" + DATABASE_PASSWORD + "'");
            statement.execute("create database auth owner auth");
        }
    }

    /** Puts a certificate beside the scripts, in a store with {@link #STORE_PASSWORD}, and that password with it. */
    void putCertificate(TestAuthority.Identity identity, String password) throws IOException {
        identity.save(directory.resolve("tls/server.p12"), STORE_PASSWORD);
        Files.writeString(directory.resolve("secrets/tls"), password + "\n");
    }

    void edit(String property, String value) throws IOException {
        for (Path file : List.of(directory.resolve("settings.asadmin"), directory.resolve("postgresql.asadmin"))) {
            String text = Files.readString(file);
            Files.writeString(
                    file,
                    text.replaceAll(
                            "(--propertyName " + Pattern.quote(property) + " --propertyValue) .*", "$1 " + value));
        }
    }

    void add(String property, String value) throws IOException {
        Path file = directory.resolve("settings.asadmin");
        Files.writeString(
                file,
                Files.readString(file) + "set-config-property --source domain --propertyName " + property
                        + " --propertyValue \"" + value + "\"\n");
    }

    /** The command that installs into that folder, or with {@code --check} looks whether it could. */
    List<String> install(Path folder, int portBase, String... options) {
        return Stream.concat(
                        Stream.of(
                                directory.resolve("install.sh").toString(),
                                folder.toString(),
                                "--user",
                                System.getProperty("user.name"),
                                "--portbase",
                                Integer.toString(portBase),
                                "--war",
                                System.getProperty("it.war")),
                        Stream.of(options))
                .toList();
    }

    /** Runs a command and waits for its end, with this JDK and this Payara for {@code install.sh}. */
    static Result execute(List<String> command, Path jdk, String zip) {
        try {
            // to a file: a server that a command starts keeps its output open
            Path output = ServerProcess.freshDirectory("command").resolve("output.log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile());
            builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString(), "PAYARA_ZIP", zip));
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroy();
            }
            int exitCode = process.waitFor();
            return new Result(exitCode, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
