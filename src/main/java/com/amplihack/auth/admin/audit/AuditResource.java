package com.amplihack.auth.admin.audit;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.trail.ChainReport;
import com.amplihack.auth.trail.ChainReport.BadEntry;
import com.amplihack.auth.trail.ChainReport.NodeReport;
import com.amplihack.auth.trail.TrailSearch;
import com.amplihack.auth.trail.TrailSearch.Neighbourhood;
import com.amplihack.auth.trail.TrailVerification;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** {@code /admin/api/audit}: searches the entries of all nodes, and verifies that they are as they were written. */
@Path("/admin/api/audit")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class AuditResource {
    private static final JsonProvider JSON = StrictJson.provider();

    @Inject
    private AuditFilters filters;

    @Inject
    private TrailSearch trail;

    @Inject
    private TrailVerification verification;

    /** A page of the entries that match every parameter, the newest first, as they stand in the files. */
    @GET
    @AdminOrPermission("audit:read")
    public String list(@Context UriInfo uri, @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit) {
        TrailSearch.Page page = trail.page(filters.read(uri.getQueryParameters()), Paging.limit(limit));
        return "{\"items\":" + array(page.lines()) + ",\"next_cursor\":"
                + page.next().map(next -> "\"" + next + "\"").orElse("null") + "}";
    }

    /** Whether the chains are whole, as far as the node can tell without a key that it does not have. */
    @GET
    @Path("/verify")
    @AdminOrPermission("audit:read")
    public String verify() {
        ChainReport report = verification.verify();
        JsonArrayBuilder nodes = JSON.createArrayBuilder();
        report.nodes().forEach(node -> nodes.add(json(node)));
        return JSON.createObjectBuilder()
                .add("ok", report.isGood())
                .add("nodes", nodes)
                .build()
                .toString();
    }

    /** An entry, with the five that its node wrote before it and the five after it. */
    @GET
    @Path("/{node}/{seq}")
    @AdminOrPermission("audit:read")
    public String around(@PathParam("node") String node, @PathParam("seq") String seq) {
        if (!seq.matches("[0-9]{1,18}")) {
            throw none();
        }
        Neighbourhood found = trail.around(node, Long.parseLong(seq)).orElseThrow(AuditResource::none);
        return "{\"entry\":" + found.line() + ",\"before\":" + array(found.before()) + ",\"after\":"
                + array(found.after()) + "}";
    }

    private static AuthException none() {
        return new AuthException(ErrorCode.NOT_FOUND, "There is no such entry.");
    }

    private static String array(List<String> lines) {
        return "[" + String.join(",", lines) + "]";
    }

    private static JsonObjectBuilder json(NodeReport node) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("node", node.node())
                .add("entries", node.entries())
                .add("complete", node.isComplete());
        node.firstBad().ifPresentOrElse(bad -> json.add("first_bad", json(bad)), () -> json.addNull("first_bad"));
        return json;
    }

    private static JsonObjectBuilder json(BadEntry bad) {
        return JSON.createObjectBuilder()
                .add("seq", bad.seq())
                .add("kind", bad.kind())
                .add("place", bad.place())
                .add("line", bad.line())
                .add("detail", bad.detail());
    }
}
