package com.amplihack.auth.ops;

import com.amplihack.auth.apikey.management.DatabaseKeys;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.files.NativeLibraries;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.MpJwtConfigSource;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.metering.AccountBudgets;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.FirstAccount;
import com.amplihack.auth.users.password.BreachedPasswords;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the application in order, or stops the deployment with one sentence for the operator. A store or database that
 * is not there yet is waited for, while every request is refused; a fault that no waiting cures, and that shows only
 * then, keeps the service closed and liveness down (docs/adr/0065). Beans open their resources
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
    private Provider<DatabaseKeys> apiKeys;

    @Inject
    private Provider<Meters> meters;

    @Inject
    private Provider<AuditLog> audit;

    @Inject
    private Provider<PasswordHasher> hasher;

    @Inject
    private Provider<BreachedPasswords> breached;

    @Inject
    private Provider<FirstAccount> firstAccount;

    @Inject
    private Provider<Database> database;

    @Inject
    private Provider<AccountBudgets> budgets;

    @Inject
    private InstantSource clock;

    @Inject
    private ServiceState state;

    @Resource
    private ManagedScheduledExecutorService executor;

    private volatile @Nullable ScheduledFuture<?> retry;

    /** The first opening of the database, which runs beside the other steps; null once it has been waited for. */
    private volatile @Nullable FutureTask<?> databaseOpening;

    @PostConstruct
    void start() {
        FutureTask<?> hasherLoading = null;
        try {
            Settings settings = configuration.get().settings();
            MpJwtConfigSource.requireNoServerOverride();
            warn(settings);
            requireHome(settings);
            prepareNativeLibraries(settings);
            breached.get().check();
            databaseOpening = beside("start-database", database.get()::open);
            hasherLoading = beside("start-hasher", hasher::get); // or the first login would wait
            KeyRing ring = keys.get();
            String kid = ring.active().kid();
            AuditLog log = audit.get();
            long entries = log.entries();
            rotation.get().auditStart();
            String sessions = store.kind();
            meters.get().sampleSessions(store::liveSessions);
            meters.get().sampleApiKeys(() -> apiKeys.get().live());
            meters.get().showDependency("store", store::ping);
            meters.get().showDependency("database", () -> database.get().ping());
            showKeys(ring);
            meters.get().showAudit(log::waiting, () -> log.fault().isEmpty());
            store.onOutage(new StoreOutageAuditor(log));
            join(hasherLoading);
            meters.get().showSigningProvider(SigningKey.PROVIDERS, () -> ring.signingProvider()
                    .orElse(""));
            LOG.log(
                    Level.INFO,
                    "Signing with key {0} by {1}, sessions in {2}, audit continues after entry {3}",
                    new Object[] {kid, ring.signingProvider().orElse("nobody"), sessions, Long.toString(entries)});
            if (!open()) {
                retry = executor.scheduleWithFixedDelay(this::openLater, 1, 1, TimeUnit.SECONDS);
            }
        } catch (RuntimeException failed) {
            joinQuietly(hasherLoading); // nothing is opened after the application has been closed
            joinQuietly(databaseOpening);
            throw refuse(failed);
        }
    }

    private void showKeys(KeyRing ring) {
        meters.get()
                .showSigningKey(
                        () -> ring.keys().stream()
                                .filter(key -> key.state() == KeyState.ACTIVE)
                                .flatMap(key -> key.signsFrom().stream())
                                .map(since -> Duration.between(since, clock.instant()))
                                .findFirst(),
                        () -> rotation.get().scheduled().map(due -> Duration.between(clock.instant(), due)));
    }

    /** Runs a step in a thread of its own: a start has more to do than one core. */
    private static FutureTask<?> beside(String name, Runnable step) {
        FutureTask<?> task = new FutureTask<>(step, null);
        Thread thread = new Thread(task, name); // with the application's class loader
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Waits for a step; fails as it failed. */
    private static void join(FutureTask<?> step) {
        try {
            step.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            throw cause instanceof RuntimeException refused ? refused : new IllegalStateException(cause);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The start was interrupted", stopping);
        }
    }

    private static void joinQuietly(@Nullable FutureTask<?> step) {
        try {
            if (step != null) {
                join(step);
            }
        } catch (RuntimeException second) { // the first failure is the one to tell
            LOG.log(Level.FINE, "Another step of the start failed too", second);
        }
    }

    private void openDatabase() {
        FutureTask<?> begun = databaseOpening;
        databaseOpening = null;
        if (begun == null) {
            database.get().open();
        } else {
            join(begun);
        }
    }

    private static StartupException refuse(RuntimeException failed) {
        StartupException failure = StartupException.of(failed);
        LOG.severe(failure.getMessage()); // the server itself logs only a long stack trace
        return failure;
    }

    /**
     * Opens database and store, and the service with them.
     *
     * @return false if one of them is not there yet
     * @throws RuntimeException if no waiting can help
     */
    private boolean open() {
        List<String> missing = new ArrayList<>();
        await(missing, this::openDatabase);
        List<String> warnings = new ArrayList<>();
        await(missing, () -> warnings.addAll(store.connect(clock.instant()).warnings()));
        if (missing.isEmpty()) {
            await(missing, () -> {
                keys.get().distrust(store.compromisedKeys()); // before the first request
                firstAccount.get().createIfNone().ifPresent(Boot::show);
                budgets.get().look();
            });
        }
        if (missing.isEmpty()) {
            warnings.forEach(LOG::warning);
            state.open();
            return true;
        }
        String reason = String.join("; ", missing);
        if (!reason.equals(state.fault().orElse(""))) {
            LOG.log(Level.WARNING, "Waiting, and answering 503 meanwhile: {0}", reason);
        }
        state.waitFor(reason);
        return false;
    }

    private static void await(List<String> missing, Runnable step) {
        try {
            step.run();
        } catch (AuthException failed) {
            if (failed.code() != ErrorCode.STORE_UNAVAILABLE) {
                throw failed;
            }
            missing.add(failed.getMessage());
        }
    }

    private void openLater() {
        try {
            if (!open()) {
                return;
            }
            LOG.info("Store and database are there: the service is open");
        } catch (RuntimeException failed) {
            state.fail(String.valueOf(refuse(failed).getMessage()));
        }
        stop();
    }

    @PreDestroy
    void stop() {
        if (retry != null) {
            retry.cancel(false);
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

    private static void prepareNativeLibraries(Settings settings) {
        try {
            NativeLibraries.prepare(settings.home()).ifPresent(LOG::info);
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "jna.tmpdir: the temporary folder cannot be used for native libraries, and "
                            + settings.home().resolve("native") + " cannot be created");
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
