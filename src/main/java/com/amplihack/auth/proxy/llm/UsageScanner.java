package com.amplihack.auth.proxy.llm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds {@code usage} in JSON that comes byte by byte, in constant memory: at the top level, in {@code response} (OpenAI's event
 * of a finished response) and in {@code message} (Anthropic's first event). It is no judge of JSON: what it does not find, or
 * what is malformed, is not there.
 */
final class UsageScanner {
    private static final int MAX_USAGE_BYTES = 4_096;
    private static final int MAX_NAME = 16;
    private static final int NAMED_DEPTHS = 2;
    private static final String USAGE = "usage";
    private static final String CHOICES = "choices";
    private static final String MESSAGE = "message";
    private static final Set<String> ANSWERS = Set.of(CHOICES, "delta", "content", "output");

    private final LlmApi api;
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();
    private final String[] names = {"", "", ""};
    private final boolean[] isObject = new boolean[NAMED_DEPTHS + 1];
    private final StringBuilder name = new StringBuilder();

    private int depth;
    /** Where the captured object stands; 0 for none. */
    private int capturing;

    private boolean closed;
    private boolean inString;
    private boolean escaped;
    /** Whether the colon of the current member is behind us, at a named depth. */
    private boolean inValue;

    private int stringLength;
    private boolean foundUsage;
    private boolean foundChoices;
    private boolean emptyChoices;

    private OptionalLong promised = OptionalLong.empty();
    private Optional<Usage> usage = Optional.empty();
    private long textBytes;

    UsageScanner(LlmApi api) {
        this.api = api;
    }

    /** Begins the next document; the usage that was found so far stays. */
    void reset() {
        depth = 0;
        capturing = 0;
        closed = false;
        inString = false;
        escaped = false;
        inValue = false;
        foundUsage = false;
        foundChoices = false;
        emptyChoices = false;
        names[1] = "";
    }

    /** Whether what began with a bracket has ended. */
    boolean isWhole() {
        return depth == 0 && closed;
    }

    /** The last valid usage that was complete. */
    Optional<Usage> usage() {
        return usage;
    }

    /** Bytes of text in the answers so far. */
    long textBytes() {
        return textBytes;
    }

    /** Whether this document says nothing but its usage, as the last event of a stream that was asked for it. */
    boolean isUsageAlone() {
        return foundUsage && foundChoices && emptyChoices;
    }

    /** Reads the bytes from start to end (exclusive). */
    void scan(ByteBuffer bytes, int start, int end) {
        int at = start;
        while (at < end) {
            if (inString && !escaped && capturing == 0 && !isName()) {
                int text = at;
                while (at < end && bytes.get(at) != '"' && bytes.get(at) != '\\') {
                    at++;
                }
                stringLength += at - text;
            }
            if (at < end) {
                next(bytes.get(at++));
            }
        }
    }

    private void next(byte b) {
        if (capturing > 0 && captured.size() <= MAX_USAGE_BYTES) {
            captured.write(b);
        }
        if (inString) {
            inString(b);
        } else if (b > ' ') {
            structure(b);
        }
    }

    private void inString(byte b) {
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inString = false;
            countText(stringLength);
            return;
        }
        stringLength++;
        if (isName() && name.length() <= MAX_NAME) {
            name.append((char) b); // only ASCII names are looked for
        }
    }

    private boolean isName() {
        return depth > 0 && depth <= NAMED_DEPTHS && isObject[depth] && !inValue;
    }

    private void structure(byte b) {
        if (depth == NAMED_DEPTHS && names[1].equals(CHOICES) && b != ']') {
            emptyChoices = false;
        }
        switch (b) {
            case '"' -> {
                inString = true;
                stringLength = 0;
                name.setLength(0);
            }
            case '{', '[' -> open(b == '{');
            case '}', ']' -> close();
            case ':' -> colon();
            case ',' -> inValue = false;
            default -> {}
        }
    }

    private void colon() {
        countText(-stringLength); // it was a name
        stringLength = 0;
        if (isName()) {
            names[depth] = name.toString();
            inValue = true;
        }
    }

    private void countText(int bytes) {
        if (ANSWERS.contains(names[1]) && (depth > 1 || inValue)) {
            textBytes += bytes;
        }
    }

    private void open(boolean object) {
        if (capturing == 0 && object && isUsage()) {
            capturing = depth;
            captured.reset();
            captured.write('{');
        }
        if (depth == 1 && !object && names[1].equals(CHOICES)) {
            foundChoices = true;
            emptyChoices = true;
        }
        depth++;
        if (depth <= NAMED_DEPTHS) {
            isObject[depth] = object;
            names[depth] = "";
            inValue = false;
        }
    }

    private boolean isUsage() {
        return (depth == 1 && names[1].equals(USAGE))
                || (depth == 2 && names[2].equals(USAGE) && (names[1].equals(MESSAGE) || names[1].equals("response")));
    }

    private void close() {
        closed = true;
        depth = Math.max(0, depth - 1);
        inValue = true; // at a named depth, what was closed was a value
        if (capturing > 0 && depth == capturing) {
            capturing = 0;
            foundUsage = true;
            UsageObject.parse(captured.toByteArray()).ifPresent(this::found);
        }
    }

    /** Tokens of the prompt that the beginning of a stream has told; 0 if it has not. */
    long inputTold() {
        return promised.orElse(0);
    }

    private void found(UsageObject told) {
        if (names[1].equals(MESSAGE)) {
            promised = told.input(); // what it says of the output is only the beginning
            return;
        }
        OptionalLong output = api.isGenerative() ? told.output() : OptionalLong.of(0);
        if (output.isPresent() && (told.input().isPresent() || promised.isPresent())) {
            long input = Math.max(told.input().orElse(0), promised.orElse(0));
            usage = Optional.of(new Usage(input, output.getAsLong()));
        }
    }
}
