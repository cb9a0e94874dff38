package com.amplihack.auth.proxy;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.channels.SocketChannel;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The connection under a request. The servlet API has no word for it, so this asks Payara's own objects by their methods'
 * names (ADR 0016, ADR 0049).
 */
final class ClientConnection {
    private static final Logger LOG = Logger.getLogger(ClientConnection.class.getName());
    private static final String STREAM = "@RoA.org.glassfish.grizzly.http2.Http2Stream";

    private final Object connection;
    private final SocketChannel channel;
    private final Object stream;
    private final boolean secure;

    private ClientConnection(ServletRequest request) throws ReflectiveOperationException {
        Object coyote = ask(ask(request, "getUnwrappedCoyoteRequest"), "getCoyoteRequest");
        Object head = ask(coyote, "getRequest");
        connection = ask(ask(coyote, "getContext"), "getConnection");
        channel = (SocketChannel) ask(connection, "getChannel");
        stream = publicClass(head).getMethod("getAttribute", String.class).invoke(head, STREAM);
        secure = request.isSecure();
    }

    /**
     * That of the request.
     *
     * @throws ReflectiveOperationException on a server that is not built like Payara
     */
    static ClientConnection of(ServletRequest request) throws ReflectiveOperationException {
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

    private static Object ask(Object whom, String name) throws ReflectiveOperationException {
        return publicClass(whom).getMethod(name).invoke(whom);
    }

    /** A method of a class that is not public cannot be called, though it only redefines one of its parent's. */
    private static Class<?> publicClass(Object whom) {
        Class<?> type = whom.getClass();
        while (!Modifier.isPublic(type.getModifiers())) {
            type = type.getSuperclass();
        }
        return type;
    }

    /** Closes it; over HTTP/2 all of its streams end. */
    void close() throws ReflectiveOperationException {
        ask(connection, "closeSilently");
    }

    SocketChannel channel() {
        return channel;
    }

    /** Whether TLS ends here. */
    boolean isSecure() {
        return secure;
    }

    /** Whether the server reads on while a request is answered, as it does over HTTP/2 alone. */
    boolean isReadByServer() {
        return stream != null;
    }

    /** Whether the server has not yet noticed that the connection, or the stream of it, is closed. */
    boolean isOpen() {
        try {
            return channel.isOpen() && (stream == null || Boolean.TRUE.equals(ask(stream, "isOpen")));
        } catch (ReflectiveOperationException unknown) {
            LOG.log(Level.FINE, "This server does not tell of a stream that was reset", unknown);
            return channel.isOpen();
        }
    }

    /** Bytes that the client has sent and nobody has read; 0 also at the end of what it sends. */
    int unread() throws IOException {
        return channel.socket().getInputStream().available();
    }
}
