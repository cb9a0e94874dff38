package com.amplihack.auth.tools.recovery;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.users.AccountRecovery;
import com.amplihack.auth.users.AccountRecovery.Found;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.web.ClientContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogManager;

/**
 * Recovers a lost administrator: sets and prints a random password, removes the second factors, enables the account and
 * grants it the role {@code admin}, with or without a running server.
 *
 * <p>Not in the WAR: the main class of {@code amplihack-auth-recovery.jar}.
 */
public final class LostAdmin {
    private LostAdmin() {}

    /** Takes the account's name; exits with 1 and one sentence if nothing was changed. */
    public static void main(String[] arguments) {
        LogManager.getLogManager().getLogger("").setLevel(Level.WARNING); // keep the terminal for our own output
        try {
            if (arguments.length != 1) {
                throw new InvalidSettingException(
                        "Name one account, as in: java -jar amplihack-auth-recovery.jar admin");
            }
            recover(arguments[0]);
        } catch (InvalidSettingException refused) {
            fail(refused.getMessage());
        } catch (SQLException | IOException | UncheckedIOException failed) {
            fail("Nothing was changed: " + failed.getMessage());
        }
    }

    private static void recover(String name) throws SQLException, IOException {
        Settings settings = Configuration.forSeparateProcess(Map.of()).settings();
        requireOwn(settings.home());
        AccountRecovery accounts = AccountRecovery.open(settings.database());
        Found account = accounts.find(name).orElseThrow(() -> noSuchAccount(name));
        AuditLog audit = openAudit(settings);
        Secret password = PasswordPolicy.random();
        if (!accounts.recover(
                account, hash(settings, password), Configuration.clock().instant())) {
            throw noSuchAccount(name);
        }
        Optional<Integer> ended = endSessions(settings, account.id());
        audit.record(AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE)
                .severity(AuditEvent.Severity.CRITICAL)
                .actor("os:" + System.getProperty("user.name"))
                .detail("action", "lost_admin")
                .detail("target", account.id())
                .detail("operator", System.getProperty("user.name"))
                .detail("was_enabled", account.enabled())
                .detail("was_administrator", account.administrator())
                .detail("sessions_ended", ended.map(String::valueOf).orElse("unknown")));
        audit.close();
        System.out.println("New password of " + account.username() + ": " + password.reveal());
        System.out.println("The account is enabled and has the role admin. Its second factors were removed.");
        System.out.println(ended.map(LostAdmin::sessionsEnded).orElseGet(() -> sessionsUnknown(settings)));
    }

    private static InvalidSettingException noSuchAccount(String name) {
        return new InvalidSettingException("There is no account '" + name + "'");
    }

    private static String sessionsEnded(int ended) {
        return "Sessions ended: " + ended + ". Any lock of the account is lifted.";
    }

    private static String sessionsUnknown(Settings settings) {
        return settings.store().kind() == StoreKind.MEMORY
                ? "The server keeps its sessions in memory: restart it to end them."
                : "No Redis answers at " + settings.store().address()
                        + ": existing sessions and any lock remain. Run this again when Redis is up.";
    }

    /** Refuses another user, whose files the server could not write, and a missing directory. */
    private static void requireOwn(Path home) throws IOException {
        if (!Files.isDirectory(home)) {
            throw new InvalidSettingException("auth.home: " + home + " is not there");
        }
        Path mine = Files.createTempFile(home, ".owner-", null);
        try {
            if (!Files.getOwner(mine).equals(Files.getOwner(home))) {
                throw new InvalidSettingException("auth.home: " + home + " belongs to "
                        + Files.getOwner(home).getName() + ": run this as that user");
            }
        } finally {
            Files.delete(mine);
        }
    }

    /** Uses a separate file, so that a running server's sequence numbers stay continuous. */
    private static AuditLog openAudit(Settings settings) {
        String own = settings.audit().file().toString().replaceFirst("(\\.[^./\\\\]*)?$", "-recovery$1");
        Configuration configuration = Configuration.forSeparateProcess(Map.of("auth.audit.file", own));
        AuditLog audit = new AuditLog(configuration, Configuration.clock(), new Meters());
        audit.open();
        return audit;
    }

    private static String hash(Settings settings, Secret password) {
        PasswordHasher hasher = new PasswordHasher(new Configuration(settings), new Meters());
        hasher.prepare();
        return hasher.hash(password);
    }

    /** Called after the database commit, so that no login with the old password survives. */
    private static Optional<Integer> endSessions(Settings settings, String id) {
        if (settings.store().kind() == StoreKind.MEMORY) {
            return Optional.empty();
        }
        try (ScriptedStore redis = new ScriptedStore(new RedisBackend(settings.store(), new Meters()))) {
            int ended = redis.endAll(id);
            redis.unlock(id);
            return Optional.of(ended);
        } catch (StoreUnavailableException | InvalidSettingException unreachable) {
            return Optional.empty();
        }
    }

    private static void fail(String sentence) {
        System.out.println(sentence);
        System.exit(1);
    }
}
