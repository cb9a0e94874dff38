package com.amplihack.auth.proxy.llm;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Checks UTF-8 in constant memory, as parsers let overlong forms and surrogates pass in what they skip. */
final class Utf8 {
    private static final int CHARACTERS = 4_096;

    private Utf8() {}

    /** Whether the bytes are well-formed (RFC 3629). */
    static boolean isValid(byte[] bytes, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // which reports malformed input
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer out = CharBuffer.allocate(CHARACTERS);
        CoderResult result;
        do {
            result = decoder.decode(in, out.clear(), true);
        } while (result.isOverflow());
        return result.isUnderflow();
    }
}
