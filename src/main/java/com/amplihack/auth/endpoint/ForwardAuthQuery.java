package com.amplihack.auth.endpoint;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.StepUp;
import com.amplihack.auth.store.SignInFacts;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The permissions and roles that a query to {@code /auth/verify} requires. Ignores other parameters, as Envoy appends those
 * of the original request; parses the query itself, as servlet parameters would include the body's.
 *
 * @param permissions every {@code permission=…}
 * @param roles every {@code role=…}
 * @param stepUp what {@code max_age=…} (the shortest, in seconds) and {@code acr=…} (the strongest) require (RFC 9470)
 */
record ForwardAuthQuery(List<String> permissions, List<String> roles, Optional<StepUp> stepUp) {
    ForwardAuthQuery {
        permissions = List.copyOf(permissions);
        roles = List.copyOf(roles);
    }

    /**
     * @param query encoded; may be null
     * @throws AuthException {@code invalid_request} if a value is empty, badly encoded or none that there is, so that a
     *     misconfigured proxy fails closed
     */
    static ForwardAuthQuery parse(String query) {
        List<String> permissions = new ArrayList<>();
        List<String> roles = new ArrayList<>();
        Optional<Duration> maxAge = Optional.empty();
        Optional<Boolean> mfa = Optional.empty();
        for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (name.equals("permission")) {
                permissions.add(decoded(name, value));
            } else if (name.equals("role")) {
                roles.add(decoded(name, value));
            } else if (name.equals("max_age")) {
                Duration age = age(value);
                maxAge = Optional.of(
                        maxAge.filter(other -> other.compareTo(age) < 0).orElse(age));
            } else if (name.equals("acr")) {
                boolean strong = isMfa(decoded(name, value));
                mfa = Optional.of(mfa.orElse(false) || strong);
            }
        }
        boolean any = maxAge.isPresent() || mfa.isPresent();
        return new ForwardAuthQuery(
                permissions, roles, any ? Optional.of(new StepUp(maxAge, mfa.orElse(false))) : Optional.empty());
    }

    private static Duration age(String value) {
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        throw new AuthException(ErrorCode.INVALID_REQUEST, "max_age must be a number of seconds.");
    }

    private static boolean isMfa(String acr) {
        return switch (acr) {
            case SignInFacts.ACR_MFA -> true;
            case SignInFacts.ACR_PASSWORD -> false;
            default ->
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "acr must be " + SignInFacts.ACR_PASSWORD + " or " + SignInFacts.ACR_MFA + ".");
        };
    }

    private static String decoded(String name, String value) {
        String decoded;
        try {
            decoded = URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, name + " is badly encoded.");
        }
        if (decoded.isBlank()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, name + " is empty.");
        }
        return decoded;
    }
}
