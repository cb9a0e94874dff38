package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.gate.connector.ServerShutdown;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Lets what was accepted end before the server stops, for {@code auth.shutdown.grace.seconds} at most. */
@Singleton
@Startup
@DependsOn("Boot")
public class Drain {
    private static final Logger LOG = Logger.getLogger(Drain.class.getName());

    @Inject
    private ServiceState state;

    @Inject
    private Configuration configuration;

    private @Nullable ServerShutdown shutdown;

    @PostConstruct
    void start() {
        ServiceState drained = state;
        Configuration settings = configuration;
        try {
            shutdown = ServerShutdown.before(
                    () -> drain(drained, settings.settings().web().shutdownGrace()));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError unknownServer) {
            LOG.log(
                    Level.WARNING,
                    "This server cannot be made to wait for requests when it stops ({0})",
                    unknownServer.toString());
        }
    }

    private static void drain(ServiceState state, Duration grace) {
        try {
            int ended = state.drain(grace);
            if (ended > 0) {
                LOG.log(Level.WARNING, "{0} streams were cut off after {1} s, as the server stops", new Object[] {
                    Integer.toString(ended), Long.toString(grace.toSeconds())
                });
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    @PreDestroy
    void stop() {
        try {
            if (shutdown != null) {
                shutdown.close();
            }
        } catch (ReflectiveOperationException failed) {
            LOG.log(Level.WARNING, "The stopped application stays registered for the end of the server", failed);
        }
    }
}
