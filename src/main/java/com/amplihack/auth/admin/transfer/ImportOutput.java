package com.amplihack.auth.admin.transfer;

import com.amplihack.auth.users.transfer.ImportAnswer;
import com.amplihack.auth.users.transfer.ImportSink;
import com.amplihack.auth.users.transfer.ImportSummary;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How the answer to an import reaches the client. */
interface ImportOutput extends ImportSink, AutoCloseable {
    String LINES = "application/x-ndjson";
    String EVENTS = "text/event-stream";

    /** Ends the answer. */
    void end(ImportSummary summary, boolean dryRun) throws IOException;

    @Override
    void close() throws IOException;

    /** The beginning of a response of that type. */
    static OutputStream begin(HttpServletResponse response, String type) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(type);
        return response.getOutputStream();
    }

    /**
     * Lines, kept in a temporary file until the last one was read: a client may send everything before it reads anything.
     */
    final class AsLines implements ImportOutput {
        private final HttpServletResponse response;
        private final Path file = Files.createTempFile("amplihack-import", ".ndjson"); // readable by its owner alone
        private final OutputStream lines = new BufferedOutputStream(Files.newOutputStream(file));

        AsLines(HttpServletResponse response) throws IOException {
            this.response = response;
        }

        @Override
        public void answer(ImportAnswer answer) throws IOException {
            line(ImportJson.of(answer).toString());
        }

        private void line(String json) throws IOException {
            lines.write((json + '\n').getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void progress(ImportSummary soFar) {
            // the last line says it all
        }

        @Override
        public void end(ImportSummary summary, boolean dryRun) throws IOException {
            line(ImportJson.end(summary, dryRun).toString());
            lines.close();
            response.setContentLengthLong(Files.size(file));
            try (var answer = Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE)) {
                answer.transferTo(begin(response, LINES));
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
            Files.deleteIfExists(file);
        }
    }

    /** Server-sent events as things happen, for a client that reads while it sends. */
    final class AsEvents implements ImportOutput {
        private final HttpServletResponse response;

        AsEvents(HttpServletResponse response) {
            this.response = response;
        }

        @Override
        public void answer(ImportAnswer answer) throws IOException {
            event("line", ImportJson.of(answer).toString());
        }

        private void event(String name, String json) throws IOException {
            begin(response, EVENTS)
                    .write(("event: " + name + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void progress(ImportSummary soFar) throws IOException {
            event("progress", ImportJson.of(soFar).build().toString());
            response.flushBuffer();
        }

        @Override
        public void end(ImportSummary summary, boolean dryRun) throws IOException {
            event("end", ImportJson.end(summary, dryRun).toString());
            response.flushBuffer();
        }

        @Override
        public void close() {
            // the container ends the response
        }
    }
}
