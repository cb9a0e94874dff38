package com.amplihack.auth.users.transfer;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.profile.Attributes;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.persistence.annotations.BatchFetchType;
import org.eclipse.persistence.config.QueryHints;

/** Writes every account as a line that an import takes, at constant memory. */
@Singleton
public class AccountExport {
    private static final int PAGE = 500;
    private static final JsonProvider JSON = StrictJson.provider();

    private final Database database;

    @Inject
    AccountExport(Database database) {
        this.database = database;
    }

    /**
     * Writes the accounts in the order of their names, each as it is when its page is read.
     *
     * @param hashes with their password hashes
     * @return how many
     * @throws IOException when the client is gone
     */
    public long write(boolean hashes, OutputStream out) throws IOException {
        long written = 0;
        String after = "";
        List<Account> page = page(after);
        while (!page.isEmpty()) {
            for (Account account : page) {
                out.write((line(account, hashes).build().toString() + '\n').getBytes(StandardCharsets.UTF_8));
            }
            written += page.size();
            after = page.get(page.size() - 1).usernameKey();
            page = page(after);
        }
        return written;
    }

    private List<Account> page(String after) {
        return database.read(entities -> entities.createQuery(
                        "select a from Account a where a.usernameKey > :after order by a.usernameKey", Account.class)
                .setParameter("after", after)
                .setMaxResults(PAGE)
                .setHint(QueryHints.BATCH_TYPE, BatchFetchType.IN)
                .setHint(QueryHints.BATCH, "a.roles.permissions")
                .setHint(QueryHints.BATCH, "a.permissions")
                .getResultList());
    }

    private static JsonObjectBuilder line(Account account, boolean hashes) {
        JsonObjectBuilder line =
                JSON.createObjectBuilder().add("username", account.username()).add("user_id", account.id());
        account.email().ifPresent(address -> line.add("email", address).add("email_verified", account.emailVerified()));
        account.language().ifPresent(tag -> line.add("language", tag));
        line.add("roles", JSON.createArrayBuilder(account.roles()))
                .add("permissions", JSON.createArrayBuilder(account.ownPermissions()))
                .add("enabled", account.enabled())
                .add("must_change_password", account.mustChangePassword());
        line.add("attributes", Attributes.parse(account.attributes()));
        line.add("created_at", account.createdAt().toString());
        if (hashes && account.hasPassword()) {
            line.add("password_hash", account.passwordHash());
        }
        return line;
    }
}
