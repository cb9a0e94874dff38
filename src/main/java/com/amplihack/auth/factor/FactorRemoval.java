package com.amplihack.auth.factor;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.Map;

/** Removes all factors of an account whose owner has lost them. */
@Singleton
public class FactorRemoval {
    private final Database database;
    private final Notices notices;

    @Inject
    public FactorRemoval(Database database, Notices notices) {
        this.database = database;
        this.notices = notices;
    }

    /**
     * Removes codes, passkeys, recovery codes and remembered devices, and tells the account's owner.
     *
     * @return whether there was a factor
     */
    public boolean removeAll(Account account) {
        return database.write(entities -> {
            boolean had = removeAll(entities, account.id());
            if (had) {
                notices.tell(
                        entities,
                        account,
                        MailKind.FACTOR_REMOVED,
                        Map.of("username", account.username(), "method", "all"));
            }
            return had;
        });
    }

    private static boolean removeAll(EntityManager transaction, String accountId) {
        boolean had = Factors.has(transaction, accountId);
        Totp.remove(transaction, accountId);
        Factors.execute(transaction, "delete from auth_passkey where account_id = ?", accountId);
        Factors.changed(transaction, accountId);
        return had;
    }
}
