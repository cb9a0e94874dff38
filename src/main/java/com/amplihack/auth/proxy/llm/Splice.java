package com.amplihack.auth.proxy.llm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Replaces ranges of a body without copying the rest. */
final class Splice {
    private record Edit(int start, int end, String text) {}

    private final List<Edit> edits = new ArrayList<>();

    /** Replaces the bytes from start to end (exclusive); of insertions at one place the first comes first. */
    void replace(int start, int end, String text) {
        edits.add(new Edit(start, end, text));
    }

    void insert(int at, String text) {
        replace(at, at, text);
    }

    /** The edited body: views of the array, and the new text. */
    List<ByteBuffer> of(byte[] body, int length) {
        edits.sort(Comparator.comparingInt(Edit::start));
        List<ByteBuffer> pieces = new ArrayList<>();
        int from = 0;
        for (Edit edit : edits) {
            if (edit.start() > from) {
                pieces.add(ByteBuffer.wrap(body, from, edit.start() - from));
            }
            pieces.add(ByteBuffer.wrap(edit.text().getBytes(StandardCharsets.UTF_8)));
            from = edit.end();
        }
        if (from < length) {
            pieces.add(ByteBuffer.wrap(body, from, length - from));
        }
        return pieces;
    }
}
