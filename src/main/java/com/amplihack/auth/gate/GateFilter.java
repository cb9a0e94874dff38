package com.amplihack.auth.gate;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.KeyGate;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.metering.BudgetLimit;
import com.amplihack.auth.metering.BudgetSeeds;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.store.budget.Reservation;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.Admission;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import com.amplihack.auth.web.RequestPath;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Passes a request to a protected path only if the gate admits its access token or API key. */
public class GateFilter extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final int MOST_ATTEMPTS = 3;

    @Inject
    private transient TokenGate gate;

    @Inject
    private transient KeyGate keys;

    @Inject
    private transient BudgetSeeds seeds;

    @Inject
    private transient BudgetLimit budgets;

    @Inject
    private transient Credentials credentials;

    @Inject
    private transient ClientResolver clients;

    @Inject
    private transient Meters meters;

    @Inject
    private transient Configuration configuration;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        PathKind kind = RequestAttributes.PATH_KIND.require(request);
        RequestGate admission = new RequestGate(request, response, kind, RequestAttributes.CLIENT.require(request));
        if (kind == PathKind.API && isProxied(request)) {
            RequestAttributes.DEFERRED.set(request, admission);
        } else {
            try {
                admission.admitIfNeeded();
            } catch (AuthException refused) {
                Problem.of(refused).writeTo(response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private boolean isProxied(HttpServletRequest request) {
        return configuration
                .settings()
                .proxy()
                .routes()
                .find(RequestPath.of(request).decoded())
                .isPresent();
    }

    /** Admits the credential of one request, and tells what is left of its quota. */
    private final class RequestGate implements Authentication.Gate, DeferredAdmission {
        private final long start = System.nanoTime();
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final PathKind kind;
        private final ClientContext client;

        /** As the mechanism left it: each admission is one of its own, which reserves for itself. */
        private final Authentication authentication;

        private Optional<Call> call = Optional.empty();
        private Optional<Reserved> reserved = Optional.empty();
        private boolean limitsAnswer;

        RequestGate(HttpServletRequest request, HttpServletResponse response, PathKind kind, ClientContext client) {
            this.request = request;
            this.response = response;
            this.kind = kind;
            this.client = client;
            authentication = RequestAttributes.AUTHENTICATION.require(request);
        }

        @Override
        public Caller presented() {
            return counted("recognize", () -> authentication.presented(this));
        }

        @Override
        public Admitted admit(Call cost) {
            call = Optional.of(cost);
            Caller caller = admitIfNeeded().orElseThrow(() -> new IllegalStateException("the path needs no token"));
            return new Admitted(caller, reserved.orElseThrow(), limitsAnswer);
        }

        Optional<Caller> admitIfNeeded() {
            Authentication admitted = counted("admit", () -> {
                if (kind == PathKind.ADMIN_API) {
                    requireAdminAddress(request, client);
                }
                return authentication.admit(this);
            });
            RequestAttributes.AUTHENTICATION.set(request, admitted);
            admitted.caller()
                    .ifPresent(caller -> meters.admitted(caller.apiKey().isPresent(), took()));
            return admitted.caller();
        }

        private <T> T counted(String operation, Supplier<T> step) {
            try {
                return meters.tracing().within(Tracing.Step.ADMISSION, operation, step);
            } catch (AuthException refused) {
                meters.tokenRefused(refused.code().code(), took());
                throw refused;
            }
        }

        private Duration took() {
            return Duration.ofNanos(System.nanoTime() - start);
        }

        @Override
        public Caller admit(AccessToken token) {
            if (token.mustChangePassword() && kind != PathKind.ACCOUNT) {
                throw new AuthException(
                        ErrorCode.PASSWORD_CHANGE_REQUIRED, "Change your password first: POST /auth/password.");
            }
            if (token.mustEnroll() && kind != PathKind.ACCOUNT && kind != PathKind.FACTORS) {
                throw new AuthException(
                        ErrorCode.MFA_ENROLLMENT_REQUIRED,
                        "Get a second factor first: POST /auth/mfa/totp or /auth/passkeys/options; then refresh.");
            }
            return reserved(() -> gate.admit(token, credentials.proof(request), client, call));
        }

        @Override
        public Caller admit(ApiKey key) {
            return reserved(() -> keys.admit(key, client, call));
        }

        @Override
        public Caller recognize(ApiKey key) {
            return keys.recognize(key, client);
        }

        /** Repeats an admission for which the store knew too little of the budgets; refuses one that they have no room for. */
        private Caller reserved(Supplier<Admission> attempts) {
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                Admission admission = attempts.get();
                admission.left().ifPresent(limit -> limit.headers().forEach(response::setHeader));
                if (admission.reservation().isEmpty()) {
                    return admission.caller();
                }
                Reservation reservation = admission.reservation().get();
                switch (reservation.outcome()) {
                    case GRANTED -> {
                        reserved = reservation.reserved();
                        limitsAnswer = Call.limitsAnswer(admission.budgets());
                        reservation.left().ifPresent(left -> BudgetLimit.headers(left)
                                .forEach(response::addHeader));
                        return admission.caller();
                    }
                    case EXHAUSTED -> throw budgets.refusal(reservation);
                    case UNSEEDED -> seeds.seed(admission.caller().subject(), admission.budgets(), reservation.now());
                }
            }
            throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The store keeps losing what was used: try again.");
        }
    }

    private void requireAdminAddress(HttpServletRequest request, ClientContext client) {
        if (clients.isOriginUnknown(request)) {
            throw new AuthException(
                    ErrorCode.ADDRESS_NOT_ALLOWED,
                    "Administration is closed to requests forwarded by a proxy that auth.trusted.proxies does not list.");
        }
        if (!configuration.settings().web().adminAllowlist().contains(client.address())) {
            throw new AuthException(
                    ErrorCode.ADDRESS_NOT_ALLOWED,
                    "Administration is not open to your address (auth.admin.allowlist).");
        }
    }
}
