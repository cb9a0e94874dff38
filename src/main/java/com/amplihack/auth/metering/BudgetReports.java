package com.amplihack.auth.metering;

import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.UsedBudget;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.users.BudgetDirectory;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/** Tells people what is left of their budgets, by the same sums as {@link UsageReports}. */
@Singleton
public class BudgetReports {
    private final BudgetDirectory directory;
    private final UsageWriter writer;
    private final UsageBook book;
    private final InstantSource clock;

    @Inject
    public BudgetReports(BudgetDirectory directory, UsageWriter writer, UsageBook book, InstantSource clock) {
        this.directory = directory;
        this.writer = writer;
        this.book = book;
        this.clock = clock;
    }

    /**
     * The budgets of an account and of its roles: each with what it allows, and what of that was used in the window around now.
     *
     * @throws com.amplihack.auth.problem.AuthException {@code store_unavailable}
     */
    public JsonArrayBuilder of(Caller caller) {
        writer.save(caller.subject());
        Instant now = clock.instant();
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        directory
                .of(caller.subject(), Set.copyOf(caller.roles()))
                .forEach(budget -> items.add(json(budget, book.used(caller.subject(), budget, now), now)));
        return items;
    }

    private static JsonObjectBuilder json(Budget budget, UsedBudget used, Instant now) {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("scope", budget.scope().name().toLowerCase(Locale.ROOT))
                .add("name", budget.name())
                .add("window", budget.window().name().toLowerCase(Locale.ROOT));
        UsageBook.end(budget.window(), now)
                .ifPresentOrElse(end -> json.add("resets_at", end.toString()), () -> json.addNull("resets_at"));
        add(json, "tokens", budget.tokens(), used.tokens());
        add(json, "requests", budget.requests(), used.requests());
        return json;
    }

    private static void add(JsonObjectBuilder json, String unit, OptionalLong limit, long used) {
        if (limit.isPresent()) {
            json.add(
                    unit,
                    StrictJson.provider()
                            .createObjectBuilder()
                            .add("limit", limit.getAsLong())
                            .add("used", used)
                            .add("left", Math.max(0, limit.getAsLong() - used)));
        }
    }
}
