package com.amplihack.auth.gate;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.glassfish.grizzly.http.HttpCodecFilter;
import org.glassfish.grizzly.http.server.HttpServerFilter;

/**
 * Puts our probes into every HTTP listener of the server, at the start and whenever a listener has been made anew, and takes
 * them out when the application goes. What they refuse no filter of an application ever sees.
 */
@Singleton
@Startup
public class ConnectorGuard {
    private static final Logger LOG = Logger.getLogger(ConnectorGuard.class.getName());

    private final RequestSyntaxProbe syntax = new RequestSyntaxProbe();
    private final RequestPathProbe paths = new RequestPathProbe();
    private HttpListeners listeners;
    private volatile boolean guarding;

    @PostConstruct
    void start() {
        try {
            listeners = HttpListeners.ofThisServer();
            guard();
        } catch (ReflectiveOperationException | LinkageError | RuntimeException unknownServer) {
            LOG.log(
                    Level.WARNING,
                    "The HTTP listeners of this server cannot be guarded: a proxy must refuse broken escapes in paths,"
                            + " and ambiguous message lengths (docs/forward-auth.md)",
                    unknownServer);
        }
    }

    /** Whether every listener was guarded when last looked at. */
    public boolean isGuarding() {
        return guarding;
    }

    @Schedule(hour = "*", minute = "*", second = "*", persistent = false)
    void guard() {
        if (listeners == null) {
            return;
        }
        try {
            List<HttpCodecFilter> decoders = listeners.decoders();
            List<HttpServerFilter> handlers = listeners.handlers();
            // a probe that is there already is not added twice
            decoders.forEach(decoder -> decoder.getMonitoringConfig().addProbes(syntax));
            handlers.forEach(handler -> handler.getMonitoringConfig().addProbes(paths));
            guarding = !decoders.isEmpty() && !handlers.isEmpty();
        } catch (ReflectiveOperationException | RuntimeException failed) {
            guarding = false;
            LOG.log(Level.WARNING, "The HTTP listeners of this server cannot be guarded any more", failed);
        }
    }

    @PreDestroy
    void stop() {
        if (listeners == null) {
            return;
        }
        try {
            listeners.decoders().forEach(decoder -> decoder.getMonitoringConfig().removeProbes(syntax));
            listeners.handlers().forEach(handler -> handler.getMonitoringConfig().removeProbes(paths));
        } catch (ReflectiveOperationException | RuntimeException failed) {
            LOG.log(Level.WARNING, "The HTTP listeners of this server are still guarded", failed);
        }
    }

}
