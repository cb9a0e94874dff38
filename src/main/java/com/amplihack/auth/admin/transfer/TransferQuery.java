package com.amplihack.auth.admin.transfer;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The flags in a query: a misspelt {@code dry_run} must not import. */
final class TransferQuery {
    private final MultivaluedMap<String, String> parameters;

    /** @throws AuthException {@code invalid_request} for other parameters than these */
    TransferQuery(MultivaluedMap<String, String> parameters, Set<String> flags) {
        this.parameters = parameters;
        parameters.keySet().stream()
                .filter(name -> !flags.contains(name))
                .findFirst()
                .ifPresent(unknown -> {
                    throw new AuthException(
                            ErrorCode.INVALID_REQUEST,
                            "The query has an unknown parameter (allowed: " + String.join(", ", new TreeSet<>(flags))
                                    + ").");
                });
    }

    /** Whether the flag is {@code true}; {@code false} if it is absent. */
    boolean flag(String name) {
        List<String> values = parameters.getOrDefault(name, List.of("false"));
        if (values.equals(List.of("true"))) {
            return true;
        }
        if (values.equals(List.of("false"))) {
            return false;
        }
        throw new AuthException(ErrorCode.INVALID_REQUEST, name + ": must be true or false.");
    }
}
