package com.amplihack.auth.gate.connector;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Runs an action before the server stops anything, be it by {@code SIGTERM} or by {@code asadmin}: its listeners still
 * serve, and it waits until the action returns. By reflection, since Payara has no API for it.
 */
public final class ServerShutdown implements AutoCloseable {
    private static final String EVENTS = "org.glassfish.api.event.Events";
    private static final String LISTENER = "org.glassfish.api.event.EventListener";
    private static final String PREPARE = "prepare_shutdown";

    private final Class<?> type;
    private final Object events;
    private final Object listener;

    private ServerShutdown(Class<?> type, Object events, Object listener) {
        this.type = type;
        this.events = events;
        this.listener = listener;
    }

    /**
     * Registers the action until this is closed.
     *
     * @throws ReflectiveOperationException on an unknown server or version
     */
    public static ServerShutdown before(Runnable action) throws ReflectiveOperationException {
        Class<?> type = Class.forName(EVENTS);
        Object events = HttpListeners.service(type);
        Class<?> listenerType = Class.forName(LISTENER);
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "event" -> {
                Object name = arguments[0].getClass().getMethod("name").invoke(arguments[0]);
                if (PREPARE.equals(name)) {
                    action.run();
                }
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> ServerShutdown.class.getName(); // toString
        };
        Object listener = Proxy.newProxyInstance(listenerType.getClassLoader(), new Class<?>[] {listenerType}, handler);
        type.getMethod("register", listenerType).invoke(events, listener);
        return new ServerShutdown(type, events, listener);
    }

    @Override
    public void close() throws ReflectiveOperationException {
        type.getMethod("unregister", Class.forName(LISTENER)).invoke(events, listener);
    }
}
