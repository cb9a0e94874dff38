package com.amplihack.auth.admin;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.metering.UsageAnswer;
import com.amplihack.auth.metering.UsageQuery;
import com.amplihack.auth.metering.UsageReports;
import com.amplihack.auth.session.Paging;
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

/** {@code /admin/api/usage}: what everybody has used. */
@Path("/admin/api/usage")
@RequestScoped
public class UsageResource {
    private static final int MOST_LINES = 10_000;

    @Inject
    private UsageReports reports;

    @Inject
    private InstantSource clock;

    /** A page as JSON. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @AdminOrPermission("users:read")
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
    @AdminOrPermission("users:read")
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
        return reports.of(UsageQuery.of(since, until, by, Optional.empty(), cursor, limit, clock.instant()));
    }
}
