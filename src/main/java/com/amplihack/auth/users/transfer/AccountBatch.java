package com.amplihack.auth.users.transfer;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.users.selfservice.ContactRules;
import com.amplihack.auth.users.transfer.ImportAnswer.Status;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Stores some hundred lines of an import in one transaction, serialized with administrative changes, in which each line is
 * held to the rules by itself: one that breaks a rule fails alone. What changes an existing account is a change like any
 * other, with a transaction of its own.
 */
@Singleton
class AccountBatch {
    private final Database database;
    private final Configuration configuration;
    private final AccountDirectory directory;
    private final AccountAdministration administration;
    private final ContactRules contacts;
    private final PasswordHasher hasher;
    private final PasswordPolicy policy;
    private final InstantSource clock;

    @Inject
    AccountBatch(
            Database database,
            Configuration configuration,
            AccountDirectory directory,
            AccountAdministration administration,
            ContactRules contacts,
            PasswordHasher hasher,
            PasswordPolicy policy,
            InstantSource clock) {
        this.database = database;
        this.configuration = configuration;
        this.directory = directory;
        this.administration = administration;
        this.contacts = contacts;
        this.hasher = hasher;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * What became of the lines.
     *
     * @param answers in their order
     * @param newRoles how many roles were made
     */
    record Stored(List<ImportAnswer> answers, int newRoles) {
        Stored {
            answers = List.copyOf(answers);
        }
    }

    /**
     * Stores the lines, of which no two share a name, an id or an address.
     *
     * @param room how many roles may be made
     * @throws AuthException when the caller may no longer do it, or the database or the store do not answer: the new accounts
     *     of these lines are then stored all or none
     */
    Stored store(List<ImportedAccount> lines, ImportOptions options, int room, RightsCheck allowed) {
        Map<Long, ImportAnswer> refused = new HashMap<>();
        Map<Long, String> hashes = hashes(lines, options, refused);
        Attempt made = options.dryRun()
                ? database.read(entities -> new Attempt(entities, lines, refused, hashes, options, room, allowed))
                : database.writeSerialized(entities ->
                        new Attempt(entities, lines, refused, hashes, options, room, allowed).stored(entities));
        if (!options.dryRun()) {
            made.changes.forEach((line, account) -> made.answers.put(line.number(), change(line, account, allowed)));
        }
        return new Stored(
                lines.stream().map(line -> made.answers.get(line.number())).toList(), made.newRoles);
    }

    /** Hashes the passwords of lines whose accounts do not exist, before the transaction, as that takes long. */
    private Map<Long, String> hashes(
            List<ImportedAccount> lines, ImportOptions options, Map<Long, ImportAnswer> refused) {
        Map<Long, String> hashes = new HashMap<>();
        for (ImportedAccount line : lines) {
            line.passwordHash().ifPresent(hash -> hashes.put(line.number(), hash));
            if (line.password().isPresent() && directory.findKey(line.name()).isEmpty()) {
                answered(line, () -> {
                            Secret password = line.password().orElseThrow();
                            policy.require("password", line.name().shown(), password);
                            if (!options.dryRun()) {
                                hashes.put(line.number(), hasher.hash(password));
                            }
                            return Optional.empty();
                        })
                        .ifPresent(answer -> refused.put(line.number(), answer));
            }
        }
        return hashes;
    }

    /** What the step answers; a failed line if it is refused for a reason that lies in the line. */
    private static Optional<ImportAnswer> answered(ImportedAccount line, Supplier<Optional<ImportAnswer>> step) {
        try {
            return step.get();
        } catch (AuthException refusal) {
            int status = refusal.code().status();
            if (status == 401 || status == 403 || status == 503) {
                throw refusal; // the caller, or the machine: the next line would fare no better
            }
            return Optional.of(ImportAnswer.failed(line, refusal));
        }
    }

    private ImportAnswer change(ImportedAccount line, Account account, RightsCheck allowed) {
        return answered(line, () -> administration
                        .change(account.id(), Difference.of(line, account).change(contacts::set), allowed)
                        .map(changed -> ImportAnswer.of(line, Status.UPDATED, account.id())))
                .orElseGet(() -> ImportAnswer.failed(
                        line, new AuthException(ErrorCode.NOT_FOUND, "The account was deleted meanwhile.")));
    }

    /** One attempt at the transaction. */
    private final class Attempt {
        private final Map<Long, String> hashes;
        private final ImportOptions options;
        private final RightsCheck allowed;
        private final ExistingAccounts existing;
        private final ImportedRoles roles;
        private final Map<Long, ImportAnswer> answers;
        private final List<NewAccountTable.Row> rows = new ArrayList<>();
        private final Map<ImportedAccount, Account> changes = new LinkedHashMap<>();
        private int newRoles;

        Attempt(
                EntityManager entities,
                List<ImportedAccount> lines,
                Map<Long, ImportAnswer> refused,
                Map<Long, String> hashes,
                ImportOptions options,
                int room,
                RightsCheck allowed) {
            this.hashes = hashes;
            this.options = options;
            this.allowed = allowed;
            allowed.requireCaller(id -> Optional.ofNullable(entities.find(Account.class, id)));
            boolean uniqueEmail = configuration.settings().accounts().uniqueEmail();
            existing = new ExistingAccounts(entities, lines, uniqueEmail);
            roles = new ImportedRoles(entities, options.createRoles(), room);
            answers = new HashMap<>(refused);
            lines.stream().filter(line -> !refused.containsKey(line.number())).forEach(line -> answered(
                            line, () -> Optional.of(decide(line)))
                    .ifPresent(answer -> answers.put(line.number(), answer)));
        }

        Attempt stored(EntityManager entities) {
            newRoles = roles.store();
            NewAccountTable.insert(entities, rows);
            return this;
        }

        private ImportAnswer decide(ImportedAccount line) {
            return existing.of(line).map(account -> compare(line, account)).orElseGet(() -> create(line));
        }

        private ImportAnswer create(ImportedAccount line) {
            existing.requireFreeId(line);
            existing.requireFreeAddress(line, "");
            Set<String> own = line.roles().orElse(Set.of());
            Set<String> permissions = new TreeSet<>(roles.permissions(own));
            permissions.addAll(line.permissions().orElse(Set.of()));
            allowed.require(line.name().shown(), own.stream().sorted().toList(), List.copyOf(permissions));
            String id = line.id().orElseGet(() -> UUID.randomUUID().toString());
            String hash = hashes.getOrDefault(line.number(), PasswordHasher.NO_PASSWORD);
            rows.add(new NewAccountTable.Row(line, id, hash, clock.instant()));
            return ImportAnswer.of(line, Status.CREATED, id);
        }

        private ImportAnswer compare(ImportedAccount line, Account account) {
            if (line.id().filter(id -> !id.equals(account.id())).isPresent()) {
                throw new AuthException(ErrorCode.USERNAME_TAKEN, "user_id: the account with this name has another.");
            }
            if (Difference.of(line, account).isEmpty()) {
                return ImportAnswer.of(line, Status.UNCHANGED, account.id());
            }
            if (!options.update()) {
                return ImportAnswer.of(line, Status.EXISTS, account.id());
            }
            roles.permissions(line.roles().orElse(Set.of()));
            existing.requireFreeAddress(line, account.id());
            changes.put(line, account);
            return ImportAnswer.of(line, Status.UPDATED, account.id());
        }
    }
}
