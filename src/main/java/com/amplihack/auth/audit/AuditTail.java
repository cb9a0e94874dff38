package com.amplihack.auth.audit;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of an audit file's end.
 *
 * @param length the file's length in bytes
 * @param whole the offset after the last complete entry; anything beyond is a partial line
 * @param ended whether the last complete entry has its line end
 * @param lastSequence {@code seq} of the last entry that has one in the file's last MiB
 * @param lastTime of that entry
 */
record AuditTail(long length, long whole, boolean ended, OptionalLong lastSequence, Optional<Instant> lastTime) {
    private static final int LONGEST = 1 << 20;

    static AuditTail read(Path file) throws IOException {
        byte[] tail;
        long length;
        try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "r")) {
            length = written.length();
            tail = new byte[(int) Math.min(length, LONGEST)];
            written.seek(length - tail.length);
            written.readFully(tail);
        }
        int start = lineStart(tail, tail.length);
        Optional<Entry> unfinished = entry(tail, start, tail.length);
        boolean ended = start == tail.length;
        // a complete entry may lack only its line end
        boolean cutOff = !ended && unfinished.isEmpty() && (start > 0 || tail.length == length);
        long whole = cutOff ? length - tail.length + start : length;
        Optional<Entry> last = unfinished;
        for (int end = start - 1; last.isEmpty() && end > 0; end = start - 1) {
            start = lineStart(tail, end);
            last = entry(tail, start, end);
        }
        OptionalLong seq = last.map(entry -> OptionalLong.of(entry.seq())).orElse(OptionalLong.empty());
        return new AuditTail(length, whole, ended || cutOff, seq, last.flatMap(Entry::time));
    }

    private record Entry(long seq, Optional<Instant> time) {}

    /** The start of the line that ends before the index. */
    private static int lineStart(byte[] tail, int end) {
        int start = end;
        while (start > 0 && tail[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static Optional<Entry> entry(byte[] tail, int start, int end) {
        if (start >= end) {
            return Optional.empty();
        }
        try (JsonReader reader =
                StrictJson.provider().createReader(new ByteArrayInputStream(tail, start, end - start))) {
            JsonObject line = reader.readObject();
            return line.get("seq") instanceof JsonNumber number
                    ? Optional.of(new Entry(number.longValue(), time(line)))
                    : Optional.empty();
        } catch (JsonException notAnEntry) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> time(JsonObject line) {
        try {
            return line.get("timestamp") instanceof JsonString timestamp
                    ? Optional.of(Instant.parse(timestamp.getString()))
                    : Optional.empty();
        } catch (DateTimeParseException malformed) {
            return Optional.empty();
        }
    }
}
