package com.amplihack.auth.audit;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How an audit file ends.
 *
 * @param length of the file in bytes
 * @param whole the bytes up to the end of its last whole entry; what follows is the rest of a line that was cut off
 * @param ended whether the last whole entry has its line end
 * @param lastSequence {@code seq} of the last entry that has one, as far as the last MiB tells
 */
record AuditTail(long length, long whole, boolean ended, OptionalLong lastSequence) {
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
        OptionalLong unfinished = sequence(tail, start, tail.length);
        boolean ended = start == tail.length;
        // a line without its end is an entry all the same when nothing else is missing
        boolean cutOff = !ended && unfinished.isEmpty() && (start > 0 || tail.length == length);
        long whole = cutOff ? length - tail.length + start : length;
        OptionalLong last = unfinished;
        for (int end = start - 1; last.isEmpty() && end > 0; end = start - 1) {
            start = lineStart(tail, end);
            last = sequence(tail, start, end);
        }
        return new AuditTail(length, whole, ended || cutOff, last);
    }

    /** Where the line begins that ends before that index. */
    private static int lineStart(byte[] tail, int end) {
        int start = end;
        while (start > 0 && tail[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static OptionalLong sequence(byte[] tail, int start, int end) {
        if (start >= end) {
            return OptionalLong.empty();
        }
        try (JsonReader reader =
                StrictJson.provider().createReader(new ByteArrayInputStream(tail, start, end - start))) {
            return reader.readObject().get("seq") instanceof JsonNumber number
                    ? OptionalLong.of(number.longValue())
                    : OptionalLong.empty();
        } catch (JsonException notAnEntry) {
            return OptionalLong.empty();
        }
    }
}
