package com.amplihack.auth.admin.access;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.SessionJson;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Username;
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
import java.util.List;
import java.util.Optional;

/** Who is signed in, and who could not sign in, over all accounts. */
@Path("/admin/api")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class SignInsResource {
    /** How many accounts are looked at for one page, each by a trip to the store. */
    private static final int MOST_ACCOUNTS = 1_000;

    private static final int BATCH = 100;
    private static final JsonProvider JSON = StrictJson.provider();

    @Inject
    private AccountDirectory accounts;

    @Inject
    private SecurityStore store;

    /**
     * A page of the sessions of all accounts, by name; it may be short, even empty, although more pages follow.
     *
     * @param cursor the account's name in base64url, a dot, and the place in its sessions where the page begins
     */
    @GET
    @Path("/sessions")
    @AdminOrPermission("sessions:read")
    public String sessions(
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        int dot = cursor.indexOf('.');
        Page page = new Page(
                Paging.limit(limit),
                Username.ofCursor(dot < 0 ? cursor : cursor.substring(0, dot)).orElseThrow(Paging::foreignCursor),
                dot < 0
                        ? Optional.empty()
                        : Paging.place(cursor.substring(dot + 1))
                                .map(Optional::of)
                                .orElseThrow(Paging::foreignCursor));
        return page.read().build().toString();
    }

    /** The last day's failed sign-ins, the latest first. */
    @GET
    @Path("/sign-in-failures")
    @AdminOrPermission("audit:read")
    public String failures(
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        if (!cursor.matches("[0-9]{0,4}")) {
            throw Paging.foreignCursor();
        }
        int most = Paging.limit(limit);
        int skip = cursor.isEmpty() ? 0 : Integer.parseInt(cursor);
        List<LoginFailure.Last> found = store.failures(skip, most + 1);
        JsonArrayBuilder items = JSON.createArrayBuilder();
        found.stream().limit(most).map(SignInJson::ofAnybody).forEach(items::add);
        JsonObjectBuilder answer = JSON.createObjectBuilder().add("items", items);
        return (found.size() > most
                        ? answer.add("next_cursor", Integer.toString(skip + most))
                        : answer.addNull("next_cursor"))
                .build()
                .toString();
    }

    private final class Page {
        private final int limit;
        private final JsonArrayBuilder items = JSON.createArrayBuilder();
        private int size;
        private String last;
        private Optional<SessionPage.Place> place;

        private Page(int limit, String last, Optional<SessionPage.Place> place) {
            this.limit = limit;
            this.last = last;
            this.place = place;
        }

        private JsonObjectBuilder read() {
            for (int seen = 0; seen < MOST_ACCOUNTS; seen += BATCH) {
                List<AccountDirectory.Name> names = accounts.names(last, place.isPresent(), BATCH);
                for (AccountDirectory.Name name : names) {
                    if (size == limit || add(name)) {
                        return answer(true);
                    }
                }
                if (names.size() < BATCH) {
                    return answer(false);
                }
            }
            return answer(true);
        }

        /** Adds the sessions of an account; returns whether it has more than fit. */
        private boolean add(AccountDirectory.Name name) {
            Optional<SessionPage.Place> from = place.filter(begun -> name.key().equals(last));
            SessionPage sessions = store.sessions(name.id(), from, limit - size);
            sessions.sessions()
                    .forEach(session -> items.add(
                            SessionJson.of(session).add("user_id", name.id()).add("username", name.username())));
            size += sessions.sessions().size();
            last = name.key();
            place = sessions.next();
            return place.isPresent();
        }

        private JsonObjectBuilder answer(boolean more) {
            JsonObjectBuilder json = JSON.createObjectBuilder().add("items", items);
            return more
                    ? json.add(
                            "next_cursor",
                            Username.cursor(last)
                                    + place.map(next -> "." + next).orElse(""))
                    : json.addNull("next_cursor");
        }
    }
}
