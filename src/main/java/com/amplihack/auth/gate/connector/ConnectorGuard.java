package com.amplihack.auth.gate.connector;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.grizzly.http.HttpCodecFilter;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps our probes registered in every HTTP listener of the server while the application runs, within a second also
 * in a recreated listener, so that what they refuse reaches no application.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class ConnectorGuard {
    private static final Logger LOG = Logger.getLogger(ConnectorGuard.class.getName());

    @Resource
    private ManagedScheduledExecutorService executor;

    private final RequestSyntaxProbe syntax = new RequestSyntaxProbe();
    private final RequestPathProbe paths = new RequestPathProbe();
    private final AdministrationProbe administration = new AdministrationProbe();
    private @Nullable HttpListeners listeners;
    private @Nullable ScheduledFuture<?> watch;
    private volatile boolean guarding;
    private boolean stopped;

    @PostConstruct
    synchronized void start() {
        try {
            HttpListeners found = HttpListeners.ofThisServer();
            listeners = found;
            guarding = true; // failures are logged from here on
            guard(found);
            watch = executor.scheduleWithFixedDelay(() -> guard(found), 1, 1, TimeUnit.SECONDS);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError unknownServer) {
            guarding = false;
            LOG.log(
                    Level.WARNING,
                    "The HTTP listeners of this server are not guarded ({0}): what stands in front must refuse broken"
                            + " escapes in paths and ambiguous lengths of messages",
                    unknownServer.toString());
        }
    }

    /** Whether every listener was guarded at the last check, at most a second ago. */
    public boolean isGuarding() {
        return guarding;
    }

    private synchronized void guard(HttpListeners found) {
        if (stopped) {
            return; // scheduled before the application stopped
        }
        try {
            List<HttpCodecFilter> decoders = found.decoders();
            List<HttpServerFilter> handlers = found.handlers();
            // a registered probe is not added twice
            decoders.forEach(decoder -> decoder.getMonitoringConfig().addProbes(syntax));
            handlers.forEach(handler -> handler.getMonitoringConfig().addProbes(paths));
            found.administrationHandlers()
                    .forEach(handler -> handler.getMonitoringConfig().addProbes(administration));
            guarding = !decoders.isEmpty() && !handlers.isEmpty();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError failed) {
            if (guarding) {
                LOG.log(Level.WARNING, "The HTTP listeners of this server are not guarded any more", failed);
            }
            guarding = false;
        }
    }

    @PreDestroy
    synchronized void stop() {
        HttpListeners found = listeners;
        if (found == null) {
            return;
        }
        guard(found); // Grizzly cannot take a probe out of a listener that has none
        stopped = true;
        if (watch != null) {
            watch.cancel(false);
        }
        try {
            found.decoders().forEach(decoder -> decoder.getMonitoringConfig().removeProbes(syntax));
            found.handlers().forEach(handler -> handler.getMonitoringConfig().removeProbes(paths));
            found.administrationHandlers()
                    .forEach(handler -> handler.getMonitoringConfig().removeProbes(administration));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            LOG.log(
                    Level.WARNING,
                    "The probes of the stopped application remain in this server's HTTP listeners",
                    failed);
        }
    }
}
