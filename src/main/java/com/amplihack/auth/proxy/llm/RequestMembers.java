package com.amplihack.auth.proxy.llm;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The members of a call that decide what it may cost, and where they stand in its body.
 *
 * @param start behind the opening brace, where members may be inserted
 * @param isEmpty whether there is no member at all
 * @param furtherModels whether it names models beside {@code model}, to which some upstreams turn instead
 * @param background whether the answer is to be fetched later, by another call
 * @param choices how many answers are asked for at a time, at least 1
 * @param limits on the tokens of each answer
 */
record RequestMembers(
        int start,
        boolean isEmpty,
        Optional<String> model,
        boolean furtherModels,
        boolean streamed,
        boolean background,
        long choices,
        List<Limit> limits,
        Optional<StreamOptions> streamOptions) {
    RequestMembers {
        limits = List.copyOf(limits);
    }

    /** A value's bytes, from start to end (exclusive). */
    record Range(int start, int end) {}

    /** A limit as the client sent it; empty for {@code null} and for 0, by which some upstreams mean none. */
    record Limit(Range at, OptionalLong tokens) {}

    /**
     * What {@code stream_options} says.
     *
     * @param at its value
     * @param isObject false for {@code null}
     * @param isEmpty whether it has no members
     * @param includeUsage where that stands, if it does
     * @param asked whether it is true
     */
    record StreamOptions(Range at, boolean isObject, boolean isEmpty, Optional<Range> includeUsage, boolean asked) {}
}
