package com.amplihack.auth.store.budget;

import java.time.Duration;
import java.util.List;

/**
 * A call to an upstream, as it is known before it is sent.
 *
 * @param keyId of the API key; empty for an access token
 * @param model that it asks for, as {@link ModelName#of} spells it
 * @param promptTokens estimate of what the prompt takes; 0 for a call without tokens
 * @param answerTokens what the answer may take at most; 0 for a call whose answer takes none
 * @param budgets all that apply
 * @param life how long its reservation can be corrected, unless extended
 */
public record MeteredCall(
        String keyId, String model, long promptTokens, long answerTokens, List<Budget> budgets, Duration life) {
    public MeteredCall {
        budgets = List.copyOf(budgets);
    }
}
