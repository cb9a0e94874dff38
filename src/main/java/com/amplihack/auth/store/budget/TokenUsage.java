package com.amplihack.auth.store.budget;

/**
 * What an upstream says that a call took.
 *
 * @param input tokens of the prompt, 0 to {@link Budget#MOST}
 * @param output tokens of the answer, 0 to {@link Budget#MOST}
 */
public record TokenUsage(long input, long output) {
    public TokenUsage {
        if (input < 0 || input > Budget.MOST || output < 0 || output > Budget.MOST) {
            throw new IllegalArgumentException("a usage out of range");
        }
    }
}
