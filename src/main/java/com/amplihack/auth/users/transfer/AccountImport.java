package com.amplihack.auth.users.transfer;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.RightsCheck;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Imports accounts from NDJSON, a line an account, at constant memory however many there are; one import at a time. */
@Singleton
public class AccountImport {
    /** The most lines of one import. */
    static final long MOST_LINES = 2_000_000;

    private static final int BATCH_LINES = 500;
    private static final int BATCH_BYTES = 4 * 1024 * 1024;

    /** What waits for its answer this long is stored as soon as the client pauses. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final LineParser parser;
    private final AccountBatch batches;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Semaphore turn = new Semaphore(1);

    @Inject
    AccountImport(LineParser parser, AccountBatch batches, AuditLog audit, InstantSource clock) {
        this.parser = parser;
        this.batches = batches;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Imports what the stream holds. Each line is answered once it is stored.
     *
     * @param allowed asked for the caller with every batch of lines, and for the rights of every new account
     * @return what became of the lines; {@link ImportSummary#stopped} says why it ended early, if so
     * @throws AuthException {@code overloaded} if another import runs on this node; nothing is read then
     */
    public ImportSummary run(InputStream lines, ImportOptions options, RightsCheck allowed, ImportSink sink) {
        if (!turn.tryAcquire()) {
            throw new AuthException(ErrorCode.OVERLOADED, "Another import is running on this node.")
                    .retryAfter(Duration.ofSeconds(30));
        }
        try {
            return new Run(lines, options, allowed, sink).toTheEnd();
        } finally {
            turn.release();
        }
    }

    private final class Run {
        private final LineReader reader;
        private final ImportOptions options;
        private final RightsCheck allowed;
        private final ImportSink sink;
        private final Map<ImportAnswer.Status, Long> counts = new EnumMap<>(ImportAnswer.Status.class);
        private final List<ImportAnswer> refused = new ArrayList<>();
        private final List<ImportedAccount> batch = new ArrayList<>();
        private final Set<String> identities = new HashSet<>();
        private int bytes;
        private int newRoles;
        private Instant begun;

        Run(InputStream lines, ImportOptions options, RightsCheck allowed, ImportSink sink) {
            reader = new LineReader(lines, clock);
            this.options = options;
            this.allowed = allowed;
            this.sink = sink;
            begun = clock.instant();
        }

        ImportSummary toTheEnd() {
            Optional<AuthException> stopped = Optional.empty();
            try {
                readAll();
            } catch (AuthException refusal) {
                stopped = Optional.of(refusal);
            } catch (IOException gone) {
                stopped = Optional.of(new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "The connection ended, or paused for too long, before the last line."));
            }
            return new ImportSummary(counts, stopped, Optional.of(reader.digest()));
        }

        private void readAll() throws IOException {
            long read = 0;
            Optional<LineReader.Line> line = reader.next();
            while (line.isPresent()) {
                if (++read > MOST_LINES) {
                    flush();
                    throw new AuthException(ErrorCode.TOO_LARGE, "An import has at most " + MOST_LINES + " lines.");
                }
                take(line.get());
                boolean full = batch.size() + refused.size() >= BATCH_LINES || bytes >= BATCH_BYTES;
                if (full || (begun.plus(PATIENCE).isBefore(clock.instant()) && reader.mustWait())) {
                    flush();
                }
                line = reader.next();
            }
            flush();
        }

        private void take(LineReader.Line line) throws IOException {
            if (line.utf8().isEmpty()) {
                refused.add(ImportAnswer.failed(
                        line.number(),
                        Optional.empty(),
                        new AuthException(
                                ErrorCode.TOO_LARGE, "A line has at most " + LineReader.MAX_LINE / 1024 + " KiB.")));
                return;
            }
            try {
                ImportedAccount account =
                        parser.parse(line.number(), line.utf8().get());
                if (account.identities().anyMatch(identities::contains)) {
                    flush(); // what two lines say of one account is decided one after the other
                }
                account.identities().forEach(identities::add);
                batch.add(account);
                bytes += line.utf8().get().length;
            } catch (LineParser.RefusedLineException malformed) {
                refused.add(ImportAnswer.failed(line.number(), malformed.username(), malformed.refusal()));
            }
        }

        /** Stores what was taken and answers it in the order of its lines. */
        private void flush() throws IOException {
            begun = clock.instant();
            if (batch.isEmpty() && refused.isEmpty()) {
                return;
            }
            audit.requireRecording();
            List<ImportAnswer> answers = new ArrayList<>(refused);
            if (!batch.isEmpty()) {
                AccountBatch.Stored stored = batches.store(batch, options, ImportedRoles.MOST_NEW - newRoles, allowed);
                newRoles += stored.newRoles();
                answers.addAll(stored.answers());
                answers.sort(Comparator.comparingLong(ImportAnswer::number));
            }
            batch.clear();
            refused.clear();
            identities.clear();
            bytes = 0;
            answers.forEach(answer -> counts.merge(answer.status(), 1L, Long::sum));
            for (ImportAnswer answer : answers) {
                sink.answer(answer);
            }
            sink.progress(new ImportSummary(counts, Optional.empty(), Optional.empty()));
        }
    }
}
