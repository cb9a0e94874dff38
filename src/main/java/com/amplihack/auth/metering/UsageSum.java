package com.amplihack.auth.metering;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was used by a day, an account, a key or a model.
 *
 * @param of members and values that say by which, in the order of the answer; an empty value where there is none
 */
public record UsageSum(Map<String, String> of, long requests, long input, long output) {
    public UsageSum {
        of = Collections.unmodifiableMap(new LinkedHashMap<>(of));
    }
}
