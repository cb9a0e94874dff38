package com.amplihack.auth.config.source;

/**
 * A property that is not applied as it is set.
 *
 * @param reason a sentence for the operator, without secrets
 * @param waits whether it is only the restart that it waits for
 */
public record Refusal(Property wanted, String reason, boolean waits) {
    public String name() {
        return wanted.name();
    }
}
