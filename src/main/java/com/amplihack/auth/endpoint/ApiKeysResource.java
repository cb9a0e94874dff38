package com.amplihack.auth.endpoint;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.management.ApiKeyJson;
import com.amplihack.auth.apikey.management.ApiKeyPages;
import com.amplihack.auth.apikey.management.KeyAdministration;
import com.amplihack.auth.apikey.management.KeyAdministration.Actor;
import com.amplihack.auth.apikey.management.KeyRequest;
import com.amplihack.auth.apikey.management.KeyTerms;
import com.amplihack.auth.apikey.management.NewKey;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;

/** {@code /auth/api-keys}: the caller's own API keys. */
@Path("/auth/api-keys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ApiKeysResource {
    private static final String OVERLAP = "overlap_minutes";
    private static final int DEFAULT_OVERLAP = 60;
    private static final long MAX_OVERLAP = Duration.ofDays(30).toMinutes();

    @Inject
    private KeyAdministration keys;

    @Inject
    private ApiKeyPages pages;

    @Inject
    private RecentSignIn recent;

    @Inject
    private Configuration configuration;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** Makes a key, and shows it this once. */
    @POST
    @Admitted
    public Response create(@Context HttpServletRequest request) {
        KeyRequest wanted = KeyRequest.read(request, maxDays());
        recent.require(caller);
        return keys.create(caller.subject(), wanted, RightsCheck.NONE, actor())
                .map(ApiKeysResource::created)
                .orElseThrow(() -> new AuthException(ErrorCode.TOKEN_REVOKED, "The account has been deleted."));
    }

    /** A page of keys, sorted by name. */
    @GET
    @Admitted
    public String list(
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int most = Paging.limit(limit);
        String after = ApiKeyPages.place(cursor).orElseThrow(Paging::foreignCursor);
        return pages.ofAccount(caller.subject(), after, most).build().toString();
    }

    /** Merge patch (RFC 7396). */
    @PATCH
    @Path("/{key_id}")
    @Admitted
    public String change(@PathParam("key_id") String id, @Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, KeyTerms.MEMBERS);
        UnaryOperator<KeyTerms> change = KeyTerms.patch(body);
        if (KeyTerms.changesRights(body)) {
            recent.require(caller); // or an old session could open a key that somebody has limited
        }
        return keys.change(caller.subject(), checked(id), change, actor())
                .map(key -> ApiKeyJson.of(key).build().toString())
                .orElseThrow(ApiKeysResource::noSuchKey);
    }

    /** Makes a successor with the same rights; the key goes on for the overlap. */
    @POST
    @Path("/{key_id}/rotate")
    @Admitted
    public Response rotate(@PathParam("key_id") String id, @Context HttpServletRequest request) {
        long minutes = JsonBody.read(request, Set.of(OVERLAP))
                .wholeNumber(OVERLAP, 0, MAX_OVERLAP)
                .orElse(DEFAULT_OVERLAP);
        recent.require(caller);
        return keys.rotate(caller.subject(), checked(id), Duration.ofMinutes(minutes), maxDays(), actor())
                .map(ApiKeysResource::created)
                .orElseThrow(ApiKeysResource::noSuchKey);
    }

    /** Can be repeated after a 503, which the database may have outlived. */
    @DELETE
    @Path("/{key_id}")
    @Admitted
    public Response revoke(@PathParam("key_id") String id) {
        if (!keys.revoke(caller.subject(), checked(id), actor())) {
            throw noSuchKey();
        }
        return Response.noContent().build();
    }

    private static Response created(NewKey made) {
        return Response.status(Response.Status.CREATED)
                .entity(ApiKeyJson.of(made).build().toString())
                .build();
    }

    private int maxDays() {
        return configuration.settings().tokens().apiKeyMaxDays();
    }

    private Actor actor() {
        return new Actor(caller, client);
    }

    private static String checked(String id) {
        if (!ApiKey.isId(id)) {
            throw noSuchKey();
        }
        return id;
    }

    private static AuthException noSuchKey() {
        return new AuthException(ErrorCode.NOT_FOUND, "You have no API key with this id.");
    }
}
