package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.MpJwtConfigSource;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.FirstAccount;
import com.amplihack.auth.users.database.Database;
import com.amplihack.auth.users.password.PasswordHasher;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts the application in order, or stops the deployment with one sentence for the operator. Beans open their resources
 * when constructed, so {@link Provider}s let {@link #start} decide when.
 */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN) // Flyway begins its own
public class Boot {
    private static final Logger LOG = Logger.getLogger(Boot.class.getName());

    @Inject
    private Provider<Configuration> configuration;

    @Inject
    private Provider<KeyRing> keys;

    @Inject
    private Provider<KeyRotation> rotation;

    @Inject
    private SecurityStore store;

    @Inject
    private Meters meters;

    @Inject
    private Provider<AuditLog> audit;

    @Inject
    private Provider<PasswordHasher> hasher;

    @Inject
    private Provider<FirstAccount> firstAccount;

    @Inject
    private Provider<Database> database;

    @PostConstruct
    void start() {
        try {
            Settings settings = configuration.get().settings();
            MpJwtConfigSource.requireNoServerOverride();
            warn(settings);
            requireHome(settings);
            KeyRing ring = keys.get();
            String kid = ring.active().kid();
            AuditLog log = audit.get();
            long entries = log.entries();
            rotation.get().auditStart();
            openDatabase(settings);
            String sessions = store.kind();
            meters.sampleSessions(store::liveSessions);
            store.onOutage(new StoreOutageAuditor(log));
            hasher.get(); // warm up, or the first login would wait
            firstAccount.get().createIfNone().ifPresent(Boot::show);
            meters.showSigningProvider(
                    SigningKey.PROVIDERS, () -> ring.signingProvider().orElse(""));
            LOG.log(
                    Level.INFO,
                    "Signing with key {0} by {1}, sessions in {2}, audit continues after entry {3}",
                    new Object[] {kid, ring.signingProvider().orElse("nobody"), sessions, Long.toString(entries)});
        } catch (RuntimeException failed) {
            StartupException failure = StartupException.of(failed);
            LOG.severe(failure.getMessage()); // the server itself logs only a long stack trace
            throw failure;
        }
    }

    private static void requireHome(Settings settings) {
        try {
            PrivateFiles.makeDirectory(settings.home());
        } catch (IOException e) {
            throw new InvalidSettingException("auth.home: " + settings.home() + " cannot be created");
        }
        if (!Files.isWritable(settings.home())) {
            throw new InvalidSettingException("auth.home: " + settings.home() + " is not writable");
        }
    }

    private void openDatabase(Settings settings) {
        try {
            database.get().open();
        } catch (SQLException unreachable) {
            throw new InvalidSettingException(
                    "auth.db.url: the database at " + settings.database().address() + " cannot be reached");
        }
    }

    private static void warn(Settings settings) {
        if (settings.production() && settings.database().isEmbedded()) {
            LOG.warning("auth.db.url is an embedded H2 database: use PostgreSQL in production");
        }
        settings.passwords().memoryWarning(PasswordSettings.memoryBesideHeap()).ifPresent(LOG::warning);
        SettingsPoller.warnIfOpen(settings);
    }

    /**
     * Prints a password to standard output instead of the log, which is kept. Payara Server keeps standard output too:
     * there, set {@code auth.bootstrap.password} by an alias (server-config/payara).
     */
    private static void show(String line) {
        System.out.println(line);
        LOG.log(Level.INFO, "The first account was created; its password was printed once");
    }
}
