package com.amplihack.auth.database;

import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.List;

/** SQL with its parameters in their order. */
public final class NativeQuery {
    private NativeQuery() {}

    /**
     * Prepares a statement.
     *
     * @param values of the question marks, none of them null
     */
    public static Query of(EntityManager entities, String sql, List<?> values) {
        Query query = entities.createNativeQuery(sql);
        for (int i = 0; i < values.size(); i++) {
            query.setParameter(i + 1, values.get(i));
        }
        return query;
    }

    /** A column that holds a whole number. */
    public static long number(Object column) {
        return ((Number) column).longValue();
    }
}
