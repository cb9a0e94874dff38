package com.amplihack.auth.factor;

import com.amplihack.auth.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;

/** Which second factors accounts have; recovery codes are none, since they only stand in for one. */
@Singleton
public class Factors {
    private final Database database;

    @Inject
    public Factors(Database database) {
        this.database = database;
    }

    /** Whether the account has a second factor. */
    public boolean has(String accountId) {
        return database.read(entities -> has(entities, accountId));
    }

    /** What the account's second factor can be, the preferred one first; empty if it has none. */
    public List<FactorMethod> methods(String accountId) {
        return database.read(entities -> {
            List<FactorMethod> methods = new ArrayList<>();
            if (count(entities, "auth_passkey where account_id = ?", accountId) > 0) {
                methods.add(FactorMethod.PASSKEY);
            }
            if (hasTotp(entities, accountId)) {
                methods.add(FactorMethod.TOTP);
            }
            if (!methods.isEmpty() && count(entities, "auth_recovery_code where account_id = ?", accountId) > 0) {
                methods.add(FactorMethod.RECOVERY_CODE);
            }
            return List.copyOf(methods);
        });
    }

    /**
     * Tells that a factor was added or removed: no device stands for it any more, and without a factor there is nothing
     * that recovery codes could stand in for.
     */
    public static void changed(EntityManager transaction, String accountId) {
        RememberedDevices.forget(transaction, accountId);
        if (!has(transaction, accountId)) {
            execute(transaction, "delete from auth_recovery_code where account_id = ?", accountId);
        }
    }

    static boolean has(EntityManager entities, String accountId) {
        return hasTotp(entities, accountId) || count(entities, "auth_passkey where account_id = ?", accountId) > 0;
    }

    private static boolean hasTotp(EntityManager entities, String accountId) {
        return count(entities, "auth_totp where confirmed = true and account_id = ?", accountId) > 0;
    }

    static long count(EntityManager entities, String what, Object... values) {
        var query = entities.createNativeQuery("select count(*) from " + what);
        for (int i = 0; i < values.length; i++) {
            query.setParameter(i + 1, values[i]);
        }
        return ((Number) query.getSingleResult()).longValue();
    }

    /** Runs an update and returns how many rows it changed. */
    static int execute(EntityManager transaction, String sql, Object... values) {
        var query = transaction.createNativeQuery(sql);
        for (int i = 0; i < values.length; i++) {
            query.setParameter(i + 1, values[i]);
        }
        return query.executeUpdate();
    }

    @SuppressWarnings("unchecked") // what JPA gives for a query of several columns
    static List<Object[]> rows(EntityManager entities, String sql, Object... values) {
        var query = entities.createNativeQuery(sql);
        for (int i = 0; i < values.length; i++) {
            query.setParameter(i + 1, values[i]);
        }
        return query.getResultList();
    }
}
