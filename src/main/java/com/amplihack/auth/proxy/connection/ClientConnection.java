package com.amplihack.auth.proxy.connection;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The TCP connection of a request, which the servlet API does not expose, found in Payara's own objects by reflection
 * (ADR 0016, ADR 0049).
 */
public final class ClientConnection {
    private static final Logger LOG = Logger.getLogger(ClientConnection.class.getName());
    private static final String STREAM = "@RoA.org.glassfish.grizzly.http2.Http2Stream";

    /** Looked up once, as each request needs them. */
    private static final ClassValue<Map<String, Method>> METHODS = new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private final Object connection;
    private final SocketChannel channel;
    private final Object stream;
    private final boolean secure;

    private ClientConnection(ServletRequest request) throws ReflectiveOperationException {
        Object coyote = call(call(request, "getUnwrappedCoyoteRequest"), "getCoyoteRequest");
        Object head = call(coyote, "getRequest");
        connection = call(call(coyote, "getContext"), "getConnection");
        channel = (SocketChannel) call(connection, "getChannel");
        stream = publicClass(head).getMethod("getAttribute", String.class).invoke(head, STREAM);
        secure = request.isSecure();
    }

    /**
     * The request's connection.
     *
     * @throws ReflectiveOperationException on a server other than Payara
     */
    public static ClientConnection of(ServletRequest request) throws ReflectiveOperationException {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        try {
            return new ClientConnection(innermost);
        } catch (RuntimeException unknown) {
            throw new ReflectiveOperationException(unknown);
        }
    }

    private static Object call(Object target, String name) throws ReflectiveOperationException {
        Map<String, Method> known = METHODS.get(target.getClass());
        Method method = known.get(name);
        if (method == null) {
            method = publicClass(target).getMethod(name);
            known.put(name, method);
        }
        return method.invoke(target);
    }

    /** The nearest public superclass: reflection cannot call a non-public class's method, even an override. */
    private static Class<?> publicClass(Object target) {
        Class<?> type = target.getClass();
        while (!Modifier.isPublic(type.getModifiers())) {
            type = type.getSuperclass();
        }
        return type;
    }

    /** Closes it, over HTTP/2 with all of its streams. */
    void close() throws ReflectiveOperationException {
        call(connection, "closeSilently");
    }

    SocketChannel channel() {
        return channel;
    }

    /** Whether TLS terminates at this server. */
    boolean isSecure() {
        return secure;
    }

    /** Whether the server keeps reading while it answers a request, as over HTTP/2 only. */
    boolean isReadByServer() {
        return stream != null;
    }

    /** False once the server has noticed that the connection or its HTTP/2 stream is closed. */
    boolean isOpen() {
        try {
            return channel.isOpen() && (stream == null || Boolean.TRUE.equals(call(stream, "isOpen")));
        } catch (ReflectiveOperationException unknown) {
            LOG.log(Level.FINE, "This server does not report a reset stream", unknown);
            return channel.isOpen();
        }
    }

    /** Bytes that are received but unread; 0 also at end of stream. */
    int unread() throws IOException {
        return channel.socket().getInputStream().available();
    }
}
