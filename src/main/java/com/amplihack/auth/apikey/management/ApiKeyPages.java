package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.apikey.management.DatabaseKeys.Filter;
import com.amplihack.auth.apikey.management.DatabaseKeys.Listed;
import com.amplihack.auth.store.KeyStore;
import com.amplihack.auth.store.KeyStore.KeyUsed;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Lists of API keys as JSON, with the last use of each. */
@Singleton
public class ApiKeyPages {
    private static final Pattern PLACE = Pattern.compile("[^\\p{C}]+\\t[0-9A-Za-z]{" + ApiKey.ID_LENGTH + "}");
    private static final int MAX_CURSOR_LENGTH = 1024;

    private final DatabaseKeys keys;
    private final KeyStore store;

    @Inject
    public ApiKeyPages(DatabaseKeys keys, KeyStore store) {
        this.keys = keys;
        this.store = store;
    }

    /**
     * The place in a cursor, the empty text for the empty one; nothing if there is none in it.
     *
     * @param cursor the {@code next_cursor} of a page
     */
    public static Optional<String> place(String cursor) {
        if (cursor.isEmpty()) {
            return Optional.of("");
        }
        if (cursor.length() > MAX_CURSOR_LENGTH) {
            return Optional.empty();
        }
        try {
            String place = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
                    .toString();
            return Optional.of(place).filter(text -> PLACE.matcher(text).matches());
        } catch (IllegalArgumentException | CharacterCodingException foreign) {
            return Optional.empty();
        }
    }

    /** A page of an account's keys. */
    public JsonObjectBuilder ofAccount(String accountId, String after, int limit) {
        return page(Filter.ofAccount(accountId), after, limit, (listed, json) -> {});
    }

    /** A page of keys with their accounts, for administrators. */
    public JsonObjectBuilder of(Filter filter, String after, int limit) {
        return page(filter, after, limit, (listed, json) -> json.add(
                        "user_id", listed.key().accountId())
                .add("username", listed.username()));
    }

    private JsonObjectBuilder page(Filter filter, String after, int limit, BiConsumer<Listed, JsonObjectBuilder> more) {
        List<Listed> found = keys.list(filter, after, limit + 1);
        List<Listed> shown = found.subList(0, Math.min(limit, found.size()));
        Map<String, KeyUsed> uses = uses(shown);
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        shown.forEach(listed -> {
            KeyRecord key = listed.key();
            JsonObjectBuilder json = ApiKeyJson.of(key, Optional.ofNullable(uses.get(key.id())));
            more.accept(listed, json);
            items.add(json);
        });
        JsonObjectBuilder page = StrictJson.provider().createObjectBuilder().add("items", items);
        return found.size() > limit
                ? page.add(
                        "next_cursor",
                        Username.cursor(shown.get(limit - 1).key().sortKey()))
                : page.addNull("next_cursor");
    }

    /** One round trip for each account. */
    private Map<String, KeyUsed> uses(List<Listed> shown) {
        Map<String, KeyUsed> uses = new HashMap<>();
        shown.stream()
                .map(Listed::key)
                .collect(Collectors.groupingBy(
                        KeyRecord::accountId, Collectors.mapping(KeyRecord::id, Collectors.toList())))
                .forEach((account, ids) -> uses.putAll(store.keyUses(account, ids)));
        return uses;
    }
}
