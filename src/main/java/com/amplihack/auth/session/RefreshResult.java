package com.amplihack.auth.session;

import com.amplihack.auth.problem.RateLimit;
import java.util.Optional;

/**
 * A successful refresh.
 *
 * @param limit the session's refresh quota afterwards; empty when it is unlimited
 */
public record RefreshResult(TokenPair pair, Optional<RateLimit> limit) {}
