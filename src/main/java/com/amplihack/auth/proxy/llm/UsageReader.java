package com.amplihack.auth.proxy.llm;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Reads from an answer, as it passes, how many tokens the call has used. An upstream is not believed that says what cannot be:
 * a number that is negative, beyond 2^53 or no whole number, or only one of prompt and answer. What it says more than once
 * replaces what it said before; a stream need not end with {@code [DONE]}. Bytes pass at once, but for the event whose only
 * content is the usage, where the client has not asked for it.
 */
public final class UsageReader implements AnswerFilter {
    private static final int BYTES_PER_TOKEN = 3;

    private final UsageScanner scanner;
    private final Optional<EventStream> events;
    private final boolean takeOut;

    /**
     * Reads the answer to one call.
     *
     * @param eventStream whether it is {@code text/event-stream}, else JSON; without a content coding
     * @param takeOut whether to take out of a stream the event that says its usage alone
     */
    public UsageReader(LlmApi api, boolean eventStream, boolean takeOut) {
        this.takeOut = eventStream && takeOut;
        scanner = new UsageScanner(api);
        events = eventStream ? Optional.of(new EventStream(scanner, takeOut)) : Optional.empty();
    }

    @Override
    public List<ByteBuffer> pass(List<ByteBuffer> piece) {
        if (events.isPresent()) {
            return events.get().pass(piece);
        }
        piece.forEach(bytes -> scanner.scan(bytes, bytes.position(), bytes.limit()));
        return piece;
    }

    @Override
    public List<ByteBuffer> end() {
        return events.map(EventStream::end).orElse(List.of());
    }

    @Override
    public boolean changesBytes() {
        return takeOut;
    }

    /** Whether a JSON answer is complete, though bytes may follow; never of a stream. */
    public boolean isWhole() {
        return events.isEmpty() && scanner.isWhole();
    }

    /** What the upstream said last; empty if it has said nothing that can be. */
    public Optional<Usage> usage() {
        return scanner.usage();
    }

    /** Whether it is a stream, of which a client that hangs up may have got less than the whole. */
    public boolean isStream() {
        return events.isPresent();
    }

    /** Tokens of the prompt, as a stream has told them so far; 0 if it has not. */
    public long inputTold() {
        return scanner.inputTold();
    }

    /** The estimate of an answer that was cut off: a third of the bytes of its text so far, rounded up. */
    public long tokensSeen() {
        return (scanner.textBytes() + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
