package com.amplihack.auth.store.budget;

/**
 * Tokens and a request that were taken from all budgets of a call before it was sent. It stands as it is until
 * {@link BudgetStore#settle} corrects it.
 *
 * @param subject the account's id
 * @param id unique
 * @param promptTokens what was reserved for the prompt
 * @param answerTokens what the answer may take: no more than asked for, no more than every budget has left
 */
public record Reserved(String subject, String id, long promptTokens, long answerTokens) {}
