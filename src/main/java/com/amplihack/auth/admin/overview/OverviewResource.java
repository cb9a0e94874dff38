package com.amplihack.auth.admin.overview;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** {@code GET /admin/api/overview}: is the service well, and is somebody attacking it? Reads this node's memory alone. */
@Path("/admin/api/overview")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class OverviewResource {
    private static final JsonProvider JSON = StrictJson.provider();

    @Inject
    private Overview overview;

    @Inject
    private KeyRing keys;

    @Inject
    private InstantSource clock;

    /**
     * The last hour, or what has happened since.
     *
     * @param since RFC 3339; the newest steps change until every node has told, so a page asks again for the last minute
     */
    @GET
    @AdminOrPermission("audit:read")
    public String overview(@QueryParam("since") @DefaultValue("") String since) {
        Instant now = clock.instant();
        long end = SampleSeries.stepOf(now.getEpochSecond());
        long first = Math.max(
                end - SampleSeries.LENGTH,
                since.isEmpty() ? 0 : SampleSeries.stepOf(time(since).getEpochSecond()));
        Overview.Seen seen = overview.seen();
        JsonArrayBuilder warnings = JSON.createArrayBuilder();
        seen.health().warnings().forEach(warning -> warnings.add(warning.json()));
        JsonArrayBuilder nodes = JSON.createArrayBuilder();
        seen.nodes().forEach(node -> nodes.add(json(node)));
        JsonObjectBuilder answer = JSON.createObjectBuilder()
                .add("now", now.truncatedTo(ChronoUnit.SECONDS).toString())
                .add("node", overview.host())
                .add("ready", seen.health().ready())
                .add("warnings", warnings)
                .add("nodes", nodes)
                .add("keys", keys(seen.nextRotation()));
        SeriesJson.add(answer, first, overview.series().between(first, Math.max(first, end)));
        return answer.build().toString();
    }

    private static Instant time(String since) {
        try {
            return Instant.parse(since);
        } catch (DateTimeParseException malformed) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "since: must be an RFC 3339 time, such as 2026-01-31T12:00:00Z.");
        }
    }

    private static JsonObjectBuilder json(NodeExchange.Node node) {
        return JSON.createObjectBuilder()
                .add("node", node.record().node())
                .add("version", node.record().version())
                .add(
                        "started_at",
                        node.record()
                                .startedAt()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString())
                .add("seen_at", node.seenAt().truncatedTo(ChronoUnit.SECONDS).toString())
                .add("ready", node.record().ready())
                .add("self", node.self());
    }

    private JsonArrayBuilder keys(Optional<Instant> nextRotation) {
        JsonArrayBuilder list = JSON.createArrayBuilder();
        for (RingKey key : keys.keys()) {
            JsonObjectBuilder json = JSON.createObjectBuilder()
                    .add("kid", key.kid())
                    .add("state", key.state().name())
                    .add("created_at", key.createdAt().toString());
            add(json, "signs_from", key.signsFrom().or(() -> isNext(key) ? nextRotation : Optional.empty()));
            add(json, "retires_at", key.retiresAt());
            list.add(json);
        }
        return list;
    }

    private static boolean isNext(RingKey key) {
        return key.state() == KeyState.NEXT;
    }

    private static void add(JsonObjectBuilder json, String name, Optional<Instant> time) {
        time.ifPresentOrElse(value -> json.add(name, value.toString()), () -> json.addNull(name));
    }
}
