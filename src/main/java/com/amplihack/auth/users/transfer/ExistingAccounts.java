package com.amplihack.auth.users.transfer;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.EmailAddress;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.persistence.annotations.BatchFetchType;
import org.eclipse.persistence.config.QueryHints;

/** What a transaction finds stored of the names, ids and addresses of some lines. */
final class ExistingAccounts {
    private final Map<String, Account> byName;
    private final Set<String> ids;
    private final Map<String, Set<String>> holders = new HashMap<>();

    /** @param uniqueEmail whether an address belongs to one account */
    ExistingAccounts(EntityManager transaction, List<ImportedAccount> lines, boolean uniqueEmail) {
        byName = withNames(transaction, lines);
        ids = new HashSet<>(
                in(transaction, "select a.id from Account a where a.id in :values", lines, line -> line.id()));
        if (uniqueEmail) {
            List<Object[]> found = in(
                    transaction,
                    "select a.emailKey, a.id from Account a where a.emailKey in :values",
                    lines,
                    line -> line.email().map(EmailAddress::key));
            found.forEach(row -> holders.computeIfAbsent((String) row[0], key -> new HashSet<>())
                    .add((String) row[1]));
        }
    }

    private static Map<String, Account> withNames(EntityManager transaction, List<ImportedAccount> lines) {
        return transaction
                .createQuery("select a from Account a where a.usernameKey in :values", Account.class)
                .setParameter(
                        "values", lines.stream().map(line -> line.name().key()).toList())
                .setHint(QueryHints.BATCH_TYPE, BatchFetchType.IN)
                .setHint(QueryHints.BATCH, "a.roles.permissions")
                .setHint(QueryHints.BATCH, "a.permissions")
                .getResultStream()
                .collect(Collectors.toMap(Account::usernameKey, Function.identity()));
    }

    @SuppressWarnings("unchecked")
    private static <T> List<T> in(
            EntityManager transaction,
            String query,
            List<ImportedAccount> lines,
            Function<ImportedAccount, Optional<String>> value) {
        List<String> values =
                lines.stream().map(value).flatMap(Optional::stream).distinct().toList();
        return values.isEmpty()
                ? List.of()
                : (List<T>) transaction
                        .createQuery(query)
                        .setParameter("values", values)
                        .getResultList();
    }

    /** The account with the line's name. */
    Optional<Account> of(ImportedAccount line) {
        return Optional.ofNullable(byName.get(line.name().key()));
    }

    /** @throws AuthException {@code invalid_request} if an account of another name has the line's id */
    void requireFreeId(ImportedAccount line) {
        if (line.id().filter(ids::contains).isPresent()) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "user_id: another account has it.");
        }
    }

    /**
     * Requires that no other account has the line's address.
     *
     * @param id of the account that may have it; empty for a new one
     * @throws AuthException {@code email_taken}
     */
    void requireFreeAddress(ImportedAccount line, String id) {
        line.email()
                .map(address -> holders.getOrDefault(address.key(), Set.of()))
                .filter(taken -> taken.stream().anyMatch(holder -> !holder.equals(id)))
                .ifPresent(taken -> {
                    throw new AuthException(ErrorCode.EMAIL_TAKEN, "Another account has this address.");
                });
    }
}
