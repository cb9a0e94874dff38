package com.amplihack.auth.proxy.llm;

/**
 * How many tokens a call has used, by the upstream's word.
 *
 * @param input of the prompt, cached ones included; at most 2^53
 * @param output of all answers; at most 2^53
 */
public record Usage(long input, long output) {
    /** Both; at most 2^54. */
    public long total() {
        return input + output;
    }
}
