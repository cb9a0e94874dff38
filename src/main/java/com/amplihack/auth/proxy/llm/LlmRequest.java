package com.amplihack.auth.proxy.llm;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.proxy.llm.RequestMembers.Limit;
import com.amplihack.auth.proxy.llm.RequestMembers.Range;
import com.amplihack.auth.proxy.llm.RequestMembers.StreamOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A call to a language model: what it asks for, what it may cost, and its body with a limit on the answer. */
public final class LlmRequest {
    /** The most tokens that a number in a body may say: 2^53, the last whole number that every JSON parser reads exactly. */
    public static final long MAX_TOKENS = 1L << 53;

    private static final int BYTES_PER_TOKEN = 3;

    /** The bytes of the marks of UTF-8, UTF-16 and UTF-32. */
    private static final String BYTE_ORDER_MARKS = "\u00EF\u00BB\u00BF\u00FE\u00FF";

    private static final Pattern CHARSET =
            Pattern.compile("charset\\s*=\\s*[\"']?([^\\s\"';,]*)", Pattern.CASE_INSENSITIVE);

    private final LlmApi api;
    private final byte[] body;
    private final int length;
    private final RequestMembers read;

    private LlmRequest(LlmApi api, byte[] body, int length) {
        this.api = api;
        this.body = body;
        this.length = length;
        this.read = RequestReader.read(api, body, length);
    }

    /**
     * Reads the body of a call.
     *
     * @param path decoded, below {@code /api} and without a trailing slash
     * @param body holds the body; not copied
     * @return empty for another path, and for a body that is no JSON object: a request without tokens
     * @throws AuthException {@code invalid_request}, in words, for an object that is malformed, too
     *     deep, or that says one thing twice, or in an encoding other than UTF-8
     */
    public static Optional<LlmRequest> read(String path, byte[] body, int length) {
        return LlmApi.of(path).filter(api -> isObject(body, length)).map(api -> new LlmRequest(api, body, length));
    }

    /** Whether the first character is a brace; one that is so in another encoding, or behind its mark, is refused. */
    private static boolean isObject(byte[] body, int length) {
        boolean foreign = false;
        for (int i = 0; i < length; i++) {
            byte b = body[i];
            if (b == 0 || BYTE_ORDER_MARKS.indexOf(b & 0xFF) >= 0) {
                foreign = true;
            } else if (b == '{') {
                if (foreign || (i + 1 < length && body[i + 1] == 0)) {
                    throw RequestReader.refused("it must be JSON in UTF-8, without a byte order mark");
                }
                return true;
            } else if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return false;
            }
        }
        return false;
    }

    /**
     * Refuses what would hide a body from {@link #read}, but not from the upstream.
     *
     * @param contentTypes of the request, if it has one
     * @param contentEncodings of the request, if it has one
     * @throws AuthException {@code unsupported_media_type} for a content coding, or a charset other
     *     than UTF-8, on a path that is understood
     */
    public static void requirePlain(String path, List<String> contentTypes, List<String> contentEncodings) {
        if (LlmApi.of(path).isEmpty()) {
            return;
        }
        if (contentTypes.size() > 1) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "More than one Content-Type header.");
        }
        if (contentEncodings.stream().anyMatch(coding -> !coding.strip().equalsIgnoreCase("identity"))) {
            throw new AuthException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body must be sent without a content coding here.");
        }
        Matcher charset = CHARSET.matcher(String.join("", contentTypes));
        while (charset.find()) {
            if (!charset.group(1).equalsIgnoreCase("utf-8") && !charset.group(1).equalsIgnoreCase("utf8")) {
                throw new AuthException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body must be in UTF-8 here.");
            }
        }
    }

    public LlmApi api() {
        return api;
    }

    /** The model that is asked for, as the client names it; at most 256 characters. */
    public Optional<String> model() {
        return read.model();
    }

    /** Whether it names models beside that one ({@code models}, {@code fallbacks}), to which some upstreams turn instead. */
    public boolean namesFurtherModels() {
        return read.furtherModels();
    }

    /** Whether the answer is to be fetched later by another call, so that nobody sees what it takes. */
    public boolean isInBackground() {
        return read.background();
    }

    /** Whether the answer is to be an event stream. */
    public boolean isStreamed() {
        return read.streamed() && api.isGenerative();
    }

    /** The estimate of the prompt's tokens: a third of the body's bytes, rounded up. */
    public long promptTokens() {
        return (length + BYTES_PER_TOKEN - 1L) / BYTES_PER_TOKEN;
    }

    /** How many answers it asks for at a time, each of which costs tokens; at least 1. */
    public long choices() {
        return read.choices();
    }

    /**
     * The most tokens that the client allows all answers together; at most 2^53.
     *
     * @return empty if it sets no limit
     */
    public OptionalLong answerTokens() {
        if (!api.isGenerative()) {
            return OptionalLong.of(0);
        }
        return read.limits().stream().flatMapToLong(limit -> limit.tokens().stream()).max().stream()
                .map(this::ofAllChoices)
                .findFirst();
    }

    private long ofAllChoices(long tokens) {
        return tokens > MAX_TOKENS / choices() ? MAX_TOKENS : tokens * choices();
    }

    /** The least number of tokens that its answers can be limited to: one for each, none for embeddings. */
    public long leastAnswerTokens() {
        return api.isGenerative() ? choices() : 0;
    }

    /** Whether the client itself has asked a stream for its usage, or need not ask. */
    public boolean getsUsage() {
        return !isStreamed()
                || !api.asksForUsage()
                || read.streamOptions().filter(StreamOptions::asked).isPresent();
    }

    /**
     * The body with limits of at most that many tokens on all answers together, set where the client has set none, and with
     * {@code stream_options.include_usage} for a stream that would not tell its usage otherwise.
     *
     * @param answerTokens at least {@link #leastAnswerTokens}
     * @return views of the body, and the text between them
     */
    public List<ByteBuffer> limitedTo(long answerTokens) {
        if (answerTokens < leastAnswerTokens()) {
            throw new IllegalArgumentException("no answer fits into " + answerTokens + " tokens");
        }
        Splice splice = new Splice();
        if (api.isGenerative()) {
            limit(splice, answerTokens / choices());
        }
        if (!getsUsage()) {
            askForUsage(splice);
        }
        return splice.of(body, length);
    }

    /** The body with {@code stream_options.include_usage}, for a stream that would not tell its usage otherwise. */
    public List<ByteBuffer> askingForUsage() {
        Splice splice = new Splice();
        if (!getsUsage()) {
            askForUsage(splice);
        }
        return splice.of(body, length);
    }

    /** Lowers each limit that is higher, or that some upstreams take for none; inserts one if there is none. */
    private void limit(Splice splice, long tokens) {
        List<Limit> limits = read.limits();
        if (limits.isEmpty()) {
            insertMember(splice, '"' + api.limits().get(0) + "\":" + tokens);
        }
        long least =
                limits.stream().flatMapToLong(limit -> limit.tokens().stream()).reduce(tokens, Math::min);
        for (Limit limit : limits) {
            if (limit.tokens().isEmpty()) {
                replace(splice, limit.at(), Long.toString(least));
            } else if (limit.tokens().getAsLong() > tokens) {
                replace(splice, limit.at(), Long.toString(tokens));
            }
        }
    }

    private void askForUsage(Splice splice) {
        String asks = "\"" + RequestReader.INCLUDE_USAGE + "\":true";
        if (read.streamOptions().isEmpty()) {
            insertMember(splice, '"' + RequestReader.STREAM_OPTIONS + "\":{" + asks + '}');
            return;
        }
        StreamOptions options = read.streamOptions().get();
        if (options.includeUsage().isPresent()) {
            replace(splice, options.includeUsage().get(), "true");
        } else if (options.isObject()) {
            splice.insert(options.at().start() + 1, options.isEmpty() ? asks : asks + ',');
        } else {
            replace(splice, options.at(), '{' + asks + '}');
        }
    }

    private void insertMember(Splice splice, String member) {
        splice.insert(read.start(), read.isEmpty() ? member : member + ',');
    }

    private static void replace(Splice splice, Range at, String text) {
        splice.replace(at.start(), at.end(), text);
    }
}
