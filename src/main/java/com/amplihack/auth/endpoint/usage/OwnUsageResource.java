package com.amplihack.auth.endpoint.usage;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.metering.UsageAnswer;
import com.amplihack.auth.metering.UsageQuery;
import com.amplihack.auth.metering.UsageReports;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.token.AccessToken;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.Optional;

/** {@code /auth/usage}: what the caller has used, with API keys and access tokens. */
@Path("/auth/usage")
@RequestScoped
public class OwnUsageResource {
    private static final int MOST_LINES = 10_000;

    @Inject
    private UsageReports reports;

    @Inject
    private InstantSource clock;

    @Inject
    private AccessToken caller;

    /** A page as JSON. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Admitted
    public String json(
            @QueryParam("since") @DefaultValue("") String since,
            @QueryParam("until") @DefaultValue("") String until,
            @QueryParam("by") @DefaultValue("") String by,
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        return page(since, until, by, cursor, Paging.limit(limit)).json();
    }

    /** All of it as CSV, or a page of {@value #MOST_LINES} lines. */
    @GET
    @Produces("text/csv;charset=utf-8")
    @Admitted
    public Response csv(
            @QueryParam("since") @DefaultValue("") String since,
            @QueryParam("until") @DefaultValue("") String until,
            @QueryParam("by") @DefaultValue("") String by,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        UsageAnswer answer = page(since, until, by, cursor, MOST_LINES);
        Response.ResponseBuilder response = Response.ok(answer.csv());
        answer.link().ifPresent(next -> response.header(HttpHeaders.LINK, next));
        return response.build();
    }

    private UsageAnswer page(String since, String until, String by, String cursor, int limit) {
        return reports.of(
                UsageQuery.of(since, until, by, Optional.of(caller.subject()), cursor, limit, clock.instant()));
    }
}
