package com.amplihack.auth.gate.connector;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.glassfish.grizzly.http.HttpCodecFilter;
import org.glassfish.grizzly.http.server.HttpServerFilter;

/** Finds the Grizzly filters of the server's HTTP listeners, by reflection since Payara has no API for them. */
final class HttpListeners {
    private static final String SERVICE = "com.sun.enterprise.v3.services.impl.GrizzlyService";
    private static final String ADMINISTRATION = "admin-listener";
    private static final String SERVICES = "org.glassfish.internal.api.Globals";

    private final Object service;
    private final Field listeners;

    private HttpListeners(Object service, Field listeners) {
        this.service = service;
        this.listeners = listeners;
    }

    /**
     * The listeners of this server.
     *
     * @throws ReflectiveOperationException on an unknown server or version
     */
    static HttpListeners ofThisServer() throws ReflectiveOperationException {
        Class<?> type = Class.forName(SERVICE);
        Object service = service(type);
        Field listeners = type.getDeclaredField("proxies");
        listeners.setAccessible(true);
        return new HttpListeners(service, listeners);
    }

    /** The server's own service of that type. */
    static Object service(Class<?> type) throws ReflectiveOperationException {
        Object service = Class.forName(SERVICES).getMethod("get", Class.class).invoke(null, type);
        if (service == null) {
            throw new ClassNotFoundException(type.getName() + " is not running");
        }
        return service;
    }

    List<HttpCodecFilter> decoders() throws ReflectiveOperationException {
        return filters(HttpCodecFilter.class, name -> true);
    }

    /** Of the administration listener; empty on a server without one. */
    List<HttpServerFilter> administrationHandlers() throws ReflectiveOperationException {
        return filters(HttpServerFilter.class, ADMINISTRATION::equals);
    }

    List<HttpServerFilter> handlers() throws ReflectiveOperationException {
        return filters(HttpServerFilter.class, name -> true);
    }

    private <T> List<T> filters(Class<T> type, Predicate<Object> named) throws ReflectiveOperationException {
        List<T> found = new ArrayList<>();
        for (Object proxy : (Collection<?>) listeners.get(service)) {
            Object listener =
                    proxy.getClass().getMethod("getUnderlyingListener").invoke(proxy);
            if (!named.test(listener.getClass().getMethod("getName").invoke(listener))) {
                continue;
            }
            Object filters =
                    listener.getClass().getMethod("getFilters", Class.class).invoke(listener, type);
            ((Collection<?>) filters).forEach(filter -> found.add(type.cast(filter)));
        }
        return found;
    }
}
