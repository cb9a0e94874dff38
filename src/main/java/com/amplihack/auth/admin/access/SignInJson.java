package com.amplihack.auth.admin.access;

import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Formats for administrators why somebody cannot sign in. */
final class SignInJson {
    private static final JsonProvider JSON = StrictJson.provider();

    private SignInJson() {}

    /**
     * @param limits what each address of the failures has left
     * @param factor what the account's second factor can be
     * @param wrongFactors how many second factors may still be wrong
     */
    static JsonObjectBuilder of(
            Account account,
            Optional<Instant> lockedUntil,
            List<LoginFailure.Last> failures,
            Map<String, RateLimit> limits,
            List<FactorMethod> factor,
            RateLimit wrongFactors) {
        JsonArrayBuilder reasons = JSON.createArrayBuilder();
        if (!account.enabled()) {
            reasons.add("disabled");
        }
        if (lockedUntil.isPresent()) {
            reasons.add("locked");
        }
        if (limits.values().stream().anyMatch(limit -> limit.remaining() == 0)) {
            reasons.add("rate_limited");
        }
        if (!factor.isEmpty() && wrongFactors.remaining() == 0) {
            reasons.add("second_factor_limited");
        }
        JsonArrayBuilder addresses = JSON.createArrayBuilder();
        limits.forEach((address, limit) -> addresses.add(JSON.createObjectBuilder()
                .add("ip_address", address)
                .add("limit", limit.limit())
                .add("remaining", limit.remaining())
                .add(
                        "reset_seconds",
                        limit.remaining() == limit.limit() ? 0 : limit.reset().toSeconds())));
        JsonArrayBuilder last = JSON.createArrayBuilder();
        failures.forEach(failure -> last.add(of(failure)));
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("user_id", account.id())
                .add("username", account.username())
                .add("reasons", reasons)
                .add("enabled", account.enabled())
                .add("must_change_password", account.mustChangePassword());
        lockedUntil.ifPresentOrElse(
                end -> json.add("locked_until", end.toString()), () -> json.addNull("locked_until"));
        return json.add("failures", last)
                .add("limits", addresses)
                .add(
                        "second_factor",
                        JSON.createObjectBuilder()
                                .add(
                                        "methods",
                                        JSON.createArrayBuilder(factor.stream()
                                                .map(FactorMethod::id)
                                                .toList()))
                                .add("limit", wrongFactors.limit())
                                .add("remaining", wrongFactors.remaining()));
    }

    /** A failure of one account. */
    static JsonObjectBuilder of(LoginFailure.Last last) {
        return JSON.createObjectBuilder()
                .add("at", last.at().toString())
                .add("reason", last.failure().reason())
                .add("ip_address", last.failure().address())
                .add("device", last.failure().device());
    }

    /** A failure of anybody; of a name that no account has, its keyed hash. */
    static JsonObjectBuilder ofAnybody(LoginFailure.Last last) {
        LoginFailure failure = last.failure();
        JsonObjectBuilder json = of(last);
        return failure.subject().isEmpty()
                ? json.addNull("user_id").addNull("username").add("name_hash", failure.username())
                : json.add("user_id", failure.subject()).add("username", failure.username());
    }
}
