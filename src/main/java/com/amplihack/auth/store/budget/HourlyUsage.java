package com.amplihack.auth.store.budget;

import java.time.Instant;
import java.util.List;

/**
 * What one credential of an account used in an hour. Sums of different generations add up; of one generation the highest
 * version counts, whose sums may be lower than an earlier one's, since a settlement gives back what was reserved too much.
 *
 * @param keyId of the API key; empty for access tokens
 * @param generation unique for a record of the store: a lost one is followed by another generation
 * @param version grows with every change of a generation
 */
public record HourlyUsage(Instant hour, String keyId, String generation, long version, List<OfModel> models) {
    public HourlyUsage {
        models = List.copyOf(models);
    }

    /** Sums of one model; they may be negative in one generation, when it only corrects another one. */
    public record OfModel(String model, long requests, long input, long output) {}
}
