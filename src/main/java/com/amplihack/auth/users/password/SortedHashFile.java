package com.amplihack.auth.users.password;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text file of SHA-1 hashes in ascending order, one a line: 40 hexadecimal digits, and perhaps a colon and a number.
 * Lines end with LF or CRLF, the last one perhaps with neither. Finds a hash with one read of 256 bytes for each halving
 * of the file, and keeps nothing in memory.
 */
final class SortedHashFile implements Closeable {
    /** More than any line has: what is longer is none. */
    private static final int MAX_LINE = 128;

    private static final int SAMPLES = 1_000;
    private static final Pattern LINE = Pattern.compile("([0-9A-Fa-f]{40})(?::[0-9]{1,20})?\\r?");
    private static final Pattern NTLM = Pattern.compile("[0-9A-Fa-f]{32}(?::[0-9]{1,20})?\\r?");

    /** The file is not of this form; the message completes "the file". */
    static final class MalformedFileException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedFileException(String what) {
            super(what);
        }
    }

    private final FileChannel file;
    private final long size;

    private SortedHashFile(FileChannel file) throws IOException {
        this.file = file;
        size = file.size();
    }

    static SortedHashFile open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new SortedHashFile(file);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    /** @param hash upper case; the line is at {@code start}, the next one at {@code next} */
    private record Line(String hash, long start, long next) {}

    /**
     * Whether the hash is in the file.
     *
     * @param hash 40 hexadecimal digits in upper case
     * @throws MalformedFileException when a line on the way is no hash
     */
    boolean contains(String hash) throws IOException {
        long low = 0;
        long high = size;
        while (low < high) {
            Line line = at(low + (high - low) / 2);
            int order = line.hash().compareTo(hash);
            if (order == 0) {
                return true;
            }
            if (order < 0) {
                low = line.next();
            } else {
                high = line.start();
            }
        }
        return false;
    }

    /**
     * Looks at the first, the last and 1,000 lines between them.
     *
     * @throws MalformedFileException when one is no hash, they do not ascend, or there is none
     */
    void requireSorted() throws IOException {
        if (size == 0) {
            throw new MalformedFileException("is empty");
        }
        String before = "";
        long next = 0;
        for (int i = 0; i <= SAMPLES; i++) {
            long place = i == SAMPLES ? size - 1 : (long) ((double) size / SAMPLES * i);
            if (place < next) {
                continue; // a line that was looked at
            }
            Line line = at(place);
            if (line.hash().compareTo(before) <= 0) {
                throw new MalformedFileException("is not in the order of the hashes: " + line.hash() + " follows "
                        + before + " (download it in the order of the hashes, not of the numbers)");
            }
            before = line.hash();
            next = line.next();
        }
    }

    /** The line that the byte at this place belongs to; a line feed belongs to the line that it ends. */
    private Line at(long place) throws IOException {
        long from = Math.max(0, place - MAX_LINE);
        ByteBuffer window = ByteBuffer.allocate(2 * MAX_LINE);
        while (window.hasRemaining() && file.read(window, from + window.position()) > 0) {
            // until it is full, or the file ends
        }
        byte[] bytes = window.array();
        int length = window.position();
        int at = (int) (place - from);
        if (at >= length) {
            throw new EOFException("has become shorter");
        }
        int start = at;
        while (start > 0 && bytes[start - 1] != '\n') {
            start--;
        }
        int end = at;
        while (end < length && bytes[end] != '\n') {
            end++;
        }
        boolean cut = (start == 0 && from > 0) || (end == length && from + length < size);
        String text = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
        Matcher line = LINE.matcher(text);
        if (cut || !line.matches()) {
            throw new MalformedFileException(
                    NTLM.matcher(text).matches()
                            ? "holds NTLM hashes: SHA-1 ones are needed"
                            : "holds at byte " + (from + start)
                                    + " something else than a SHA-1 hash in hexadecimal digits,"
                                    + " a colon and a number");
        }
        return new Line(line.group(1).toUpperCase(Locale.ROOT), from + start, Math.min(size, from + end + 1));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
