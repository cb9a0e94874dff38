package com.amplihack.auth.apikey.management;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.JsonBody;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.TreeSet;

/**
 * A request for a new API key.
 *
 * @param validDays how long it is good
 */
public record KeyRequest(KeyTerms terms, int validDays) {
    private static final String DAYS = "expires_in_days";
    private static final int DEFAULT_DAYS = 90;

    /**
     * Reads the body of a request.
     *
     * @param maxDays {@code auth.apikey.max.days}
     * @throws AuthException {@code invalid_request}, which names the member
     */
    public static KeyRequest read(HttpServletRequest request, int maxDays) {
        Set<String> members = new TreeSet<>(KeyTerms.MEMBERS);
        members.add(DAYS);
        JsonBody body = JsonBody.read(request, members);
        long days = body.wholeNumber(DAYS, 1, maxDays).orElse(Math.min(DEFAULT_DAYS, maxDays));
        return new KeyRequest(KeyTerms.read(body), (int) days);
    }
}
