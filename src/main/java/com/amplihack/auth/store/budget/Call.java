package com.amplihack.auth.store.budget;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * A call to an upstream, as its body says it, whoever makes it.
 *
 * @param model see {@link ModelName}
 * @param promptTokens estimate of what the prompt takes; 0 for a call without tokens
 * @param asked the most tokens that the client allows the answer; empty if it sets no limit
 * @param mostAnswerTokens the most that an answer may take that a budget pays for; 0 if answers take none
 * @param life how long its reservation can be corrected
 */
public record Call(String model, long promptTokens, OptionalLong asked, long mostAnswerTokens, Duration life) {
    public Call {
        if (promptTokens < 0 || asked.orElse(0) < 0 || mostAnswerTokens < 0) {
            throw new IllegalArgumentException("a call cannot take less than nothing");
        }
    }

    /** A call without tokens. */
    public static Call withoutTokens(Duration life) {
        return new Call(ModelName.OTHER, 0, OptionalLong.of(0), 0, life);
    }

    /**
     * The call of a caller.
     *
     * @param keyId of the API key; empty for an access token
     * @param budgets that apply
     */
    public MeteredCall by(String keyId, List<Budget> budgets) {
        long answer = limitsAnswer(budgets)
                ? Math.min(asked.orElse(mostAnswerTokens), mostAnswerTokens)
                : asked.orElse(mostAnswerTokens);
        return new MeteredCall(keyId, model, promptTokens, answer, budgets, life);
    }

    /** Whether one of the budgets counts tokens, so that an answer has to be limited. */
    public static boolean limitsAnswer(List<Budget> budgets) {
        return budgets.stream().anyMatch(budget -> budget.tokens().isPresent());
    }
}
