package com.amplihack.auth.endpoint.usage;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.metering.BudgetReports;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** {@code /auth/usage/budgets}: the caller's budgets, and what is left of them. */
@Path("/auth/usage/budgets")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class OwnBudgetsResource {
    @Inject
    private BudgetReports reports;

    @Inject
    private AccessToken caller;

    @GET
    @Admitted
    public String get() {
        return StrictJson.provider()
                .createObjectBuilder()
                .add("items", reports.of(caller))
                .addNull("next_cursor")
                .build()
                .toString();
    }
}
