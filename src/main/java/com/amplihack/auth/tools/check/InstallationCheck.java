package com.amplihack.auth.tools.check;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.database.DatabaseInspection;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.stream.Stream;

/**
 * Checks settings, Redis, database and the folder of the keys before there is a server, by the rules that the service
 * itself starts by; changes nothing. Prints a line for each: {@code ok}, {@code warning} or {@code no}.
 *
 * <p>Not in the WAR: a class of {@code amplihack-auth-recovery.jar}.
 */
public final class InstallationCheck {
    private boolean refused;

    private InstallationCheck() {}

    /**
     * Exits with 1 if the service could not start.
     *
     * @param arguments the user of the server, the folders that hold secrets, separated by colons, and the files of
     *     {@code asadmin} commands
     */
    public static void main(String[] arguments) {
        LogManager.getLogManager().getLogger("").setLevel(Level.OFF); // keep the terminal for our own output
        InstallationCheck check = new InstallationCheck();
        check.all(arguments);
        System.exit(check.refused ? 1 : 0);
    }

    private void all(String[] arguments) {
        Settings settings;
        try {
            AsadminSettings given = AsadminSettings.read(
                    Arrays.stream(arguments[1].split(":")).map(Path::of).toList(),
                    Arrays.stream(arguments).skip(2).map(Path::of).toList());
            given.plain().forEach(System::setProperty);
            Configuration configuration = Configuration.forSeparateProcess(given.secrets());
            settings = configuration.settings();
            configuration.refusals().forEach(refusal -> say("no", refusal.reason()));
            say(
                    "ok",
                    "settings: " + given.plain().size() + " and "
                            + given.secrets().size() + " secrets");
        } catch (InvalidSettingException refusal) {
            say("no", refusal.getMessage());
            return;
        }
        check("auth.home", () -> home(settings, arguments[0]));
        if (settings.store().kind() == StoreKind.REDIS) {
            check("Redis", () -> redis(settings));
        }
        check("database", () -> DatabaseInspection.of(settings.database()));
    }

    /** What may differ between the checks: what was found, or why the service could not start. */
    private interface Check {
        String run() throws IOException;
    }

    private void check(String name, Check check) {
        try {
            say("ok", name + ": " + check.run());
        } catch (IOException | RuntimeException refusal) {
            say("no", name + ": " + refusal.getMessage());
        }
    }

    private void say(String verdict, String sentence) {
        refused |= verdict.equals("no");
        System.out.println(verdict + " " + sentence);
    }

    /** The folder belongs to the server's user, and encrypted keys in it have their passphrase. */
    private static String home(Settings settings, String user) throws IOException {
        Path home = settings.home().toAbsolutePath();
        Path there = existing(home);
        String owner = Files.getOwner(there).getName();
        if (there.equals(home) && !owner.equals(user)) {
            throw new InvalidSettingException(
                    home + " belongs to " + owner + ", the server runs as " + user + ": chown -R " + user + " " + home);
        }
        boolean madeByRoot = System.getProperty("user.name").equals("root");
        if (!there.equals(home) && !madeByRoot && !Files.isWritable(there)) {
            throw new InvalidSettingException(
                    home + " cannot be made in " + there + ": as root, install -d -m 0700 -o " + user + " " + home);
        }
        if (settings.keys().passphrase().isEmpty()
                && hasEncryptedKeys(settings.keys().path())) {
            throw new InvalidSettingException("the keys in " + settings.keys().path()
                    + " are encrypted: put their passphrase into secrets/key-passphrase");
        }
        return there.equals(home) ? home + " of " + owner : home + " will be made";
    }

    /** The path, or the nearest folder above it that is there. */
    private static Path existing(Path path) {
        Path parent = path.getParent();
        return Files.exists(path) || parent == null ? path : existing(parent);
    }

    private static boolean hasEncryptedKeys(Path keys) throws IOException {
        if (!Files.isDirectory(keys)) {
            return false;
        }
        try (Stream<Path> files = Files.list(keys)) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".pem")).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("ENCRYPTED PRIVATE KEY")) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Address, password, version and rights; what is dangerous but no refusal is a warning. */
    private String redis(Settings settings) {
        try (ScriptedStore store = new ScriptedStore(connected(settings))) {
            store.unlock(UUID.randomUUID().toString()); // of nobody: may this user run scripts?
            return settings.store().address();
        }
    }

    private RedisBackend connected(Settings settings) {
        RedisBackend redis = new RedisBackend(settings.store(), new Meters());
        try {
            List<String> warnings = redis.connect(Instant.now()).warnings();
            warnings.forEach(warning -> say("warning", warning));
            return redis;
        } catch (InvalidSettingException unusable) {
            redis.close();
            throw unusable;
        }
    }
}
