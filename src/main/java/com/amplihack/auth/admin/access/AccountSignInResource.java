package com.amplihack.auth.admin.access;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.login.LoginLimit;
import com.amplihack.auth.users.login.SecondFactorLimit;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /admin/api/users/{id}/sign-in}: why this person cannot sign in. */
@Path("/admin/api/users/{id}/sign-in")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AccountSignInResource {
    @Inject
    private AccountDirectory accounts;

    @Inject
    private SecurityStore store;

    @Inject
    private LoginLimit limit;

    @Inject
    private SecondFactorLimit secondFactors;

    @Inject
    private Factors factors;

    /** The account's state, its last failures, and the limit at their addresses. */
    @GET
    @AdminOrPermission("users:read")
    public String get(@PathParam("id") String path) {
        Account account = accounts.find(AccountPath.uuid(path)).orElseThrow(AccountPath::noSuchUser);
        Optional<Instant> locked = store.lockedUntil(account.id());
        List<LoginFailure.Last> failures = store.failures(account.id());
        Map<String, RateLimit> limits = new LinkedHashMap<>();
        failures.forEach(last -> limits.computeIfAbsent(last.failure().address(), limit::of));
        return SignInJson.of(
                        account,
                        locked,
                        failures,
                        limits,
                        factors.methods(account.id()),
                        secondFactors.of(account.id()))
                .build()
                .toString();
    }
}
