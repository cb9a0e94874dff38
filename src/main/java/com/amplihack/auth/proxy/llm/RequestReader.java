package com.amplihack.auth.proxy.llm;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.proxy.llm.RequestMembers.Limit;
import com.amplihack.auth.proxy.llm.RequestMembers.Range;
import com.amplihack.auth.proxy.llm.RequestMembers.StreamOptions;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a call that decide what it may cost, and where they stand, in one pass that builds no document. Strict
 * where two parsers could differ, as the upstream's must read the same.
 */
final class RequestReader {
    static final int MAX_DEPTH = 64;
    static final int MAX_MEMBERS = 256;
    static final int MAX_MODEL = 256;
    static final String MODEL = "model";
    static final String STREAM = "stream";
    static final String STREAM_OPTIONS = "stream_options";
    static final String INCLUDE_USAGE = "include_usage";
    private static final String BACKGROUND = "background";
    private static final Set<String> CHOICES = Set.of("n", "best_of");

    /** The most answers that a call may ask for at a time, as OpenAI has it. */
    private static final long MAX_CHOICES = 128;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private final LlmApi api;
    private final JsonParser parser;
    private final Set<String> names = new HashSet<>();

    private Optional<String> model = Optional.empty();
    private boolean streamed;
    private boolean background;
    private long choices = 1;
    private final List<Limit> limits = new ArrayList<>();
    private Optional<StreamOptions> streamOptions = Optional.empty();

    private RequestReader(LlmApi api, JsonParser parser) {
        this.api = api;
        this.parser = parser;
    }

    /**
     * Reads a JSON object.
     *
     * @throws AuthException {@code invalid_request} for anything that an upstream could read in another way
     */
    static RequestMembers read(LlmApi api, byte[] body, int length) {
        if (!Utf8.isValid(body, length)) {
            throw refused("it is not valid UTF-8");
        }
        try (JsonParser parser = JSON.createParser(body, 0, length)) {
            return new RequestReader(api, parser).readObject();
        } catch (StreamConstraintsException beyond) {
            throw refused("it is nested deeper than " + MAX_DEPTH + " levels, or a number or a name in it is too long");
        } catch (IOException | IllegalStateException malformed) { // the latter: names made to collide
            throw refused("it is not well-formed JSON");
        }
    }

    private RequestMembers readObject() throws IOException {
        parser.nextToken();
        int start = start() + 1;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (!names.add(name)) {
                throw refused("a member stands in it twice");
            }
            if (names.size() > MAX_MEMBERS) {
                throw refused("it has more than " + MAX_MEMBERS + " members");
            }
            parser.nextToken();
            readMember(name);
        }
        if (parser.nextToken() != null) {
            throw refused("something follows the JSON object");
        }
        return new RequestMembers(
                start,
                names.isEmpty(),
                model,
                namesFurtherModels(),
                streamed,
                background,
                choices,
                limits,
                streamOptions);
    }

    private boolean namesFurtherModels() {
        return names.stream().anyMatch(name -> name.equalsIgnoreCase("models") || name.equalsIgnoreCase("fallbacks"));
    }

    private void readMember(String name) throws IOException {
        switch (name) {
            case MODEL -> model = Optional.ofNullable(readModel());
            case STREAM -> streamed = readBoolean(STREAM);
            case BACKGROUND -> background = readBoolean(BACKGROUND);
            case STREAM_OPTIONS -> streamOptions = Optional.of(readStreamOptions());
            default -> {
                if (api.limits().contains(name)) {
                    limits.add(readLimit(name));
                } else if (api.hasChoices() && CHOICES.contains(name)) {
                    choices = Math.max(choices, readChoices(name));
                } else {
                    requireNoVariant(name);
                    parser.skipChildren();
                }
            }
        }
    }

    /** Refuses another case of a name that is read here: Go's decoder, among others, ignores it. */
    private void requireNoVariant(String name) {
        for (String known : new String[] {MODEL, STREAM, STREAM_OPTIONS, BACKGROUND}) {
            requireNoVariant(name, known);
        }
        api.limits().forEach(known -> requireNoVariant(name, known));
        if (api.hasChoices()) {
            CHOICES.forEach(known -> requireNoVariant(name, known));
        }
    }

    private static void requireNoVariant(String name, String known) {
        if (name.equalsIgnoreCase(known)) {
            throw refused(known + " must be spelled so, in lower case");
        }
    }

    private @Nullable String readModel() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw refused("model must be text");
        }
        String text = parser.getText();
        if (text.isBlank()
                || text.length() > MAX_MODEL
                || text.codePoints()
                        .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
            throw refused("model must be text of 1 to " + MAX_MODEL + " characters, without control characters");
        }
        return text;
    }

    private boolean readBoolean(String name) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw refused(name + " must be true or false");
        };
    }

    private long readChoices(String name) throws IOException {
        long number = readNumber(name).orElse(1);
        if (number > MAX_CHOICES) {
            throw refused(name + " must be at most " + MAX_CHOICES);
        }
        return number;
    }

    private Limit readLimit(String name) throws IOException {
        OptionalLong tokens = readNumber(name);
        return new Limit(range(), tokens.stream().filter(number -> number > 0).findFirst());
    }

    /** A whole number; empty for {@code null}. */
    private OptionalLong readNumber(String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return OptionalLong.empty();
        }
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long number = parser.getLongValue();
            if (number >= 0 && number <= LlmRequest.MAX_TOKENS) {
                return OptionalLong.of(number);
            }
        }
        throw refused(name + " must be a whole number from 0 to 2^53");
    }

    private StreamOptions readStreamOptions() throws IOException {
        int from = start();
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return new StreamOptions(range(), false, true, Optional.empty(), false);
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refused("stream_options must be an object");
        }
        Optional<Range> includeUsage = Optional.empty();
        boolean asked = false;
        boolean empty = true;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            empty = false;
            parser.nextToken();
            if (name.equals(INCLUDE_USAGE)) {
                if (includeUsage.isPresent()) {
                    throw refused("include_usage stands in it twice");
                }
                asked = readBoolean(INCLUDE_USAGE);
                includeUsage = Optional.of(range());
            } else {
                requireNoVariant(name, INCLUDE_USAGE);
                parser.skipChildren();
            }
        }
        return new StreamOptions(new Range(from, end()), true, empty, includeUsage, asked);
    }

    private Range range() throws IOException {
        return new Range(start(), end());
    }

    private int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private int end() {
        return (int) parser.currentLocation().getByteOffset();
    }

    static AuthException refused(String why) {
        return new AuthException(ErrorCode.INVALID_REQUEST, "The body is not acceptable: " + why + ".");
    }
}
