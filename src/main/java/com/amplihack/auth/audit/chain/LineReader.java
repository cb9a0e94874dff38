package com.amplihack.auth.audit.chain;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads lines that end with a line feed, each of at most 1 MiB: a longer one is cut, and so no whole entry. */
final class LineReader {
    private static final int LONGEST = 1 << 20;
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private long number;

    LineReader(InputStream in) {
        this.in = new BufferedInputStream(in, BUFFER);
    }

    /** The number of the last line, from 1. */
    long number() {
        return number;
    }

    /** The next line without its end; empty at the end of the file. */
    Optional<byte[]> next() throws IOException {
        line.reset();
        int read = in.read();
        if (read < 0) {
            return Optional.empty();
        }
        number++;
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (line.size() < LONGEST) {
                line.write(read);
            }
        }
        return Optional.of(line.toByteArray());
    }

    /** Whether one of the next lines is of some kind; they are read and gone. */
    boolean hasLater(int most, Predicate<ChainLine> wanted) throws IOException {
        Optional<byte[]> bytes = next();
        for (int i = 0; i < most && bytes.isPresent(); i++) {
            if (ChainLine.read(bytes.get()).filter(wanted).isPresent()) {
                return true;
            }
            bytes = next();
        }
        return false;
    }
}
