package com.amplihack.auth.session;

import com.amplihack.auth.problem.RateLimit;
import java.util.Optional;

/**
 * An answered refresh.
 *
 * @param limit the session's refresh quota after it; empty when there is none
 */
public record Refreshed(TokenPair pair, Optional<RateLimit> limit) {}
