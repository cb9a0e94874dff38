package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AccountPath;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.gate.permission.Authorization;
import com.amplihack.auth.metering.AccountBudgets;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Budgets;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;

/** The budgets of accounts and of each holder of a role: read, set, removed. */
public final class BudgetResource {
    private BudgetResource() {}

    private static String json(Optional<Budget> budget) {
        return budget.orElseThrow(() -> new AuthException(ErrorCode.NOT_FOUND, "It has no budget."))
                .json()
                .build()
                .toString();
    }

    /** {@code /admin/api/users/{id}/budget}. */
    @Path("/admin/api/users/{id}/budget")
    @Produces(MediaType.APPLICATION_JSON)
    @RequestScoped
    public static class OfAccount {
        @Inject
        private Budgets budgets;

        @Inject
        private AccountBudgets known;

        @Inject
        private Authorization authorization;

        @Inject
        private AccessToken caller;

        @Inject
        private ClientContext client;

        @Inject
        private Delegation delegation;

        @Inject
        private AdminAudit audit;

        @GET
        @AdminOrPermission("users:read")
        public String get(@PathParam("id") String path) {
            return json(budgets.ofAccount(AccountPath.uuid(path)));
        }

        /** Counts from the next request on; what was used in the window before counts too. */
        @PUT
        @AdminOrPermission("users:write")
        public String put(@PathParam("id") String path, @Context HttpServletRequest request) {
            Budget budget = Budget.read(Budget.Scope.ACCOUNT, "", JsonBody.read(request, Budget.MEMBERS));
            set("put_budget", AccountPath.uuid(path), Optional.of(budget));
            return json(Optional.of(budget));
        }

        /** Can be retried after a 503. */
        @DELETE
        @AdminOrPermission("users:write")
        public Response delete(@PathParam("id") String path) {
            set("delete_budget", AccountPath.uuid(path), Optional.empty());
            return Response.noContent().build();
        }

        private void set(String action, String id, Optional<Budget> budget) {
            if (!caller.roles().contains(Authorization.ADMIN) && id.equals(caller.subject())) {
                throw authorization.denied(caller, "role", Authorization.ADMIN, client); // or a budget bounds no helper
            }
            RightsCheck allowed = delegation.of(Set.of("users:write"), RightsCheck.NONE);
            var before = budgets.ofAccount(id).map(Budget::json).orElse(null);
            boolean found = audit.attempt(action, id, before, () -> budgets.setOfAccount(id, budget, allowed));
            if (!found) {
                throw AccountPath.noSuchUser();
            }
            known.look(); // other nodes look by themselves
            audit.record(action, id, before, budget.map(Budget::json).orElse(null));
        }
    }

    /** {@code /admin/api/roles/{name}/budget}. */
    @Path("/admin/api/roles/{name}/budget")
    @Produces(MediaType.APPLICATION_JSON)
    @RequestScoped
    public static class OfRole {
        @Inject
        private Budgets budgets;

        @Inject
        private AccountBudgets known;

        @Inject
        private AccountDirectory accounts;

        @Inject
        private Delegation delegation;

        @Inject
        private AdminAudit audit;

        @GET
        @AdminOrPermission("users:read")
        public String get(@PathParam("name") String name) {
            return json(budgets.ofRole(existing(name)));
        }

        @PUT
        @RolesAllowed("admin")
        public String put(@PathParam("name") String name, @Context HttpServletRequest request) {
            Budget budget = Budget.read(Budget.Scope.ROLE, name, JsonBody.read(request, Budget.MEMBERS));
            set("put_role_budget", existing(name), Optional.of(budget));
            return json(Optional.of(budget));
        }

        /** Can be retried after a 503. */
        @DELETE
        @RolesAllowed("admin")
        public Response delete(@PathParam("name") String name) {
            set("delete_role_budget", existing(name), Optional.empty());
            return Response.noContent().build();
        }

        private void set(String action, String name, Optional<Budget> budget) {
            RightsCheck allowed = delegation.ofAdmin(RightsCheck.NONE);
            var before = budgets.ofRole(name).map(Budget::json).orElse(null);
            boolean found = audit.attempt(action, name, before, () -> budgets.setOfRole(name, budget, allowed));
            if (!found) {
                throw noSuchRole();
            }
            known.look();
            audit.record(action, name, before, budget.map(Budget::json).orElse(null));
        }

        private String existing(String name) {
            if (!RolesResource.isName(name) || accounts.role(name).isEmpty()) {
                throw noSuchRole();
            }
            return name;
        }

        private static AuthException noSuchRole() {
            return new AuthException(ErrorCode.NOT_FOUND, "There is no role with this name.");
        }
    }
}
