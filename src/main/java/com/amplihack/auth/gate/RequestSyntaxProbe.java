package com.amplihack.auth.gate;

import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpProbe;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.TransferEncoding;

/**
 * Watches Grizzly's HTTP/1.1 decoder and stops it at a request that could be read in two ways: what a probe throws is for the
 * decoder a request that it cannot parse, so that it answers 400 and closes the connection.
 */
final class RequestSyntaxProbe extends HttpProbe.Adapter {
    /** Of this probe alone: another deployment on the same server has one of its own. */
    private final String chunksOfRequest = ChunkedSyntax.class.getName() + '@' + System.identityHashCode(this);

    /** The bytes being decoded by this thread: its next event is about the head in them. */
    private static final ThreadLocal<Buffer> RECEIVED = new ThreadLocal<>();

    @Override
    @SuppressWarnings("rawtypes")
    public void onDataReceivedEvent(Connection connection, Buffer buffer) {
        RECEIVED.set(buffer);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onHeaderParseEvent(Connection connection, HttpHeader header, int end) {
        Buffer head = RECEIVED.get();
        RECEIVED.remove();
        if (!(header instanceof HttpRequestPacket)) {
            return;
        }
        // the decoder has cut the buffer behind the head; before the request line it skips empty lines
        String fault = head == null
                ? "a head that nobody has seen"
                : RequestSyntax.fault(head.toStringContent(StandardCharsets.ISO_8859_1, 0, Math.min(end, head.limit()))
                        .stripLeading());
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onTransferEncodingParseEvent(
            Connection connection, HttpHeader header, Buffer buffer, TransferEncoding encoding) {
        if (!header.isChunked() || !(header instanceof HttpRequestPacket request)) {
            return;
        }
        ChunkedSyntax chunks;
        if (request.getAttribute(chunksOfRequest) instanceof ChunkedSyntax known) {
            chunks = known;
        } else {
            chunks = new ChunkedSyntax();
            request.setAttribute(chunksOfRequest, chunks);
        }
        if (!chunks.accept(buffer::get, buffer.position(), buffer.limit())) {
            throw new IllegalStateException("malformed chunks");
        }
    }
}
