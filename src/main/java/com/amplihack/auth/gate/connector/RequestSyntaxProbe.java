package com.amplihack.auth.gate.connector;

import java.nio.charset.StandardCharsets;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Grizzly;
import org.glassfish.grizzly.attributes.Attribute;
import org.glassfish.grizzly.http.HttpContent;
import org.glassfish.grizzly.http.HttpHeader;
import org.glassfish.grizzly.http.HttpPacket;
import org.glassfish.grizzly.http.HttpProbe;
import org.glassfish.grizzly.http.HttpRequestPacket;
import org.glassfish.grizzly.http.TransferEncoding;

/**
 * Makes Grizzly's HTTP/1.1 decoder refuse ambiguous requests: it treats a probe's exception as a parse error, answers
 * 400 and closes the connection.
 */
final class RequestSyntaxProbe extends HttpProbe.Adapter {
    /** More than any listener accepts (8 KiB by default). */
    private static final int MAX_HEAD = 64 * 1024;

    /** Unique to this probe, since another deployment on the same server may have one too. */
    private final String chunksOfRequest = ChunkedSyntax.class.getName() + '@' + System.identityHashCode(this);

    /**
     * The raw bytes of the head that a connection is reading, copied since the decoder rewrites folded lines in place.
     */
    private final Attribute<byte[]> received = Grizzly.DEFAULT_ATTRIBUTE_BUILDER.createAttribute(
            getClass().getName() + '@' + System.identityHashCode(this));

    /** Also called for body data, which a later event discards. */
    @Override
    @SuppressWarnings("rawtypes")
    public void onDataReceivedEvent(Connection connection, Buffer buffer) {
        byte[] before = received.get(connection);
        int known = before == null ? 0 : Math.min(before.length, buffer.limit());
        byte[] head = new byte[Math.min(buffer.limit(), MAX_HEAD)];
        if (known > 0) {
            System.arraycopy(before, 0, head, 0, Math.min(known, head.length));
        }
        for (int at = known; at < head.length; at++) {
            head[at] = buffer.get(at);
        }
        received.set(connection, head);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onHeaderParseEvent(Connection connection, HttpHeader header, int end) {
        byte[] head = received.remove(connection);
        if (!(header instanceof HttpRequestPacket)) {
            return;
        }
        // before the request line the decoder skips empty lines
        String fault = head == null || head.length < end
                ? "an incomplete head"
                : RequestSyntax.fault(new String(head, 0, end, StandardCharsets.ISO_8859_1).stripLeading());
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onContentChunkParseEvent(Connection connection, HttpContent content) {
        received.remove(connection);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onErrorEvent(Connection connection, HttpPacket packet, Throwable error) {
        received.remove(connection);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onTransferEncodingParseEvent(
            Connection connection, HttpHeader header, Buffer buffer, TransferEncoding encoding) {
        received.remove(connection);
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
