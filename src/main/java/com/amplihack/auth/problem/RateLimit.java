package com.amplihack.auth.problem;

import java.time.Duration;
import java.util.Map;

/**
 * A quota as clients see it: {@code RateLimit-Policy} and {@code RateLimit} of draft-ietf-httpapi-ratelimit-headers-11.
 *
 * @param name of the policy
 * @param limit of requests in the window
 * @param remaining of them
 * @param reset until the window has room again
 */
public record RateLimit(String name, int limit, Duration window, int remaining, Duration reset) {
    /** For example {@code RateLimit-Policy: "login";q=5;w=300} and {@code RateLimit: "login";r=0;t=17}. */
    public Map<String, String> headers() {
        return Map.of(
                "RateLimit-Policy", '"' + name + "\";q=" + limit + ";w=" + window.toSeconds(),
                "RateLimit", '"' + name + "\";r=" + remaining + ";t=" + wholeSeconds(reset));
    }

    /** The 429 of this quota. */
    public AuthException refusal(String title) {
        long seconds = Math.max(1, wholeSeconds(reset));
        return shownOn(AuthException.titled(ErrorCode.RATE_LIMITED, title, "Try again in " + seconds + " s.")
                .retryAfter(reset));
    }

    /** Another refusal of a request that this quota has let pass. */
    public AuthException shownOn(AuthException refusal) {
        headers().forEach(refusal::header);
        return refusal;
    }

    private static long wholeSeconds(Duration duration) {
        return duration.plusMillis(999).toSeconds();
    }
}
