package com.amplihack.auth.problem;

import java.time.Duration;
import java.util.Map;

/**
 * A client's state of a quota, for {@code RateLimit-Policy} and {@code RateLimit}
 * (draft-ietf-httpapi-ratelimit-headers-11).
 *
 * @param name of the policy
 * @param limit requests per window
 * @param remaining requests in this window
 * @param reset time until the window has room again
 */
public record RateLimit(String name, int limit, Duration window, int remaining, Duration reset) {
    /** For example {@code RateLimit-Policy: "login";q=5;w=300} and {@code RateLimit: "login";r=0;t=17}. */
    public Map<String, String> headers() {
        return Map.of(
                "RateLimit-Policy", '"' + name + "\";q=" + limit + ";w=" + window.toSeconds(),
                "RateLimit", '"' + name + "\";r=" + remaining + ";t=" + wholeSeconds(reset));
    }

    /** The 429 for an exhausted quota. */
    public AuthException refusal(String title) {
        long seconds = Math.max(1, wholeSeconds(reset));
        return addTo(AuthException.titled(ErrorCode.RATE_LIMITED, title, "Try again in " + seconds + " s.")
                .retryAfter(reset));
    }

    /** Adds the headers to a refusal for another reason. */
    public AuthException addTo(AuthException refusal) {
        headers().forEach(refusal::header);
        return refusal;
    }

    private static long wholeSeconds(Duration duration) {
        return duration.plusMillis(999).toSeconds();
    }
}
