package com.amplihack.auth.gate.permission;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.session.StepUp;
import com.amplihack.auth.token.Caller;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * How those who must have a second factor ({@code auth.mfa}) must have signed in for the administration (RFC 9470): with it,
 * and, to change something, within {@code auth.mfa.admin.minutes}, so that a stolen session is no administrator for long.
 */
@Singleton
class AdministrationStepUp {
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final MfaPolicy policy;
    private final Configuration configuration;
    private final InstantSource clock;

    @Inject
    AdministrationStepUp(MfaPolicy policy, Configuration configuration, InstantSource clock) {
        this.policy = policy;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * Requires it of a caller.
     *
     * @param method of HTTP
     * @throws com.amplihack.auth.problem.AuthException {@code insufficient_user_authentication}
     */
    void require(Caller caller, String method) {
        if (!policy.requires(caller.roles(), caller.permissions())) {
            return;
        }
        StepUp needed = READING.contains(method)
                ? StepUp.MFA
                : new StepUp(Optional.of(configuration.settings().factors().administration()), true);
        needed.require(caller.signIn(), clock.instant());
    }
}
