package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.chain.AnchorKey;
import com.amplihack.auth.audit.chain.ChainHead;
import com.amplihack.auth.audit.chain.ChainOpening;
import com.amplihack.auth.audit.chain.ChainStateFile;
import com.amplihack.auth.audit.chain.FirstKeyFile;
import com.amplihack.auth.audit.chain.LinesDigest;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.ClientContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Records each security event as one line of JSON in the audit file and, prefixed with {@code SECURITY_AUDIT:}, in the
 * server log; a hanging or failing file delays no request by more than 15 ms, and a slow one by no more than 50 ms.
 */
@Singleton
public class AuditLog {
    private static final Logger LOG = Logger.getLogger(AuditLog.class.getName());
    private static final int MAX_NAMES = 10_000;
    private static final long MIB = 1 << 20;
    private static final Duration ANCHOR_WAIT = Duration.ofSeconds(1);

    private final Configuration configuration;
    private final AuditMetrics meter;

    /** The container's, so that its threads end with the application; null outside a container. */
    @Resource
    private ManagedThreadFactory threads;

    private final InstantSource clock;
    private AuditLineFormatter lines;
    private volatile AuditWriter writer;
    private Pseudonyms pseudonyms;
    private AnchorKey anchors;
    /** Of the lines since the last anchor. */
    private final LinesDigest unsigned = new LinesDigest();

    private String node = "";
    private long sequence;
    private ChainHead chain;
    private ClockWatch watch;
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final RefusalThrottle refusals = new RefusalThrottle();

    /** Names by account id; they never change. */
    private final Cache<String, String> names = Caffeine.newBuilder()
            .maximumSize(MAX_NAMES)
            .executor(Runnable::run) // maintenance on the calling thread
            .build();

    @Inject
    public AuditLog(Configuration configuration, InstantSource clock, Meters meters) {
        this.configuration = configuration;
        this.clock = clock;
        meter = new AuditMetrics(meters);
    }

    /**
     * Opens the file and continues its sequence numbers.
     *
     * @throws InvalidSettingException if the file cannot be opened
     */
    @PostConstruct
    public synchronized void open() {
        Settings settings = configuration.settings();
        Path keyDirectory = settings.keys().path();
        pseudonyms = new Pseudonyms(keyDirectory.resolve("audit.key"));
        Path path = settings.audit().file();
        AuditSequenceFile head = new AuditSequenceFile(path);
        ChainStateFile state = new ChainStateFile(path);
        AuditFile file = new AuditFile(path, settings.audit().rotateMib() * MIB, clock);
        AuditSequenceFile.State before;
        OptionalLong last;
        ChainOpening opening;
        try {
            before = head.read().orElse(new AuditSequenceFile.State(0, 0));
            file.open();
            node = NodeName.of(path);
            lines = new AuditLineFormatter(clock, node);
            anchors = AnchorKey.in(keyDirectory);
            last = file.lastSequence();
            watch = new ClockWatch(file.lastTime(), System::nanoTime);
            opening = ChainOpening.of(state, file.regularPath(), firstKey());
            readUnsigned(file.regularPath());
        } catch (IOException e) {
            throw new InvalidSettingException(
                    "auth.audit.file: " + path + " cannot be opened: " + AuditWriter.describe(e));
        }
        sequence = Math.max(before.sequence(), last.orElse(0));
        chain = opening.head();
        writer = new AuditWriter(file, head, state, opening.head(), this::recordInternal);
        writer.start(threads == null ? AuditLog::daemon : threads);
        reportChanges(before, last.orElse(0), file.cutOff());
        if (sequence > 0) { // not in a new log, whose first line begins the chain
            opening.trouble()
                    .ifPresent(
                            reason -> recordInternal(AuditEntry.of(AuditEvent.AUDIT_CHAIN_STARTED, ClientContext.NONE)
                                    .severity(opening.isSuspicious() ? Severity.CRITICAL : Severity.INFO)
                                    .detail("reason", reason)));
        }
    }

    /** A killed process has left lines that no anchor signs: the next one does. A file may have been closed behind its last. */
    private void readUnsigned(Optional<Path> file) throws IOException {
        unsigned.clear();
        if (file.isEmpty() || !Files.exists(file.get()) || unsigned.read(file.get())) {
            return;
        }
        List<RotatedFiles.Rotated> closed = new RotatedFiles(file.get()).list();
        if (!closed.isEmpty()) {
            unsigned.clear();
            unsigned.read(closed.get(closed.size() - 1).path());
            unsigned.read(file.get());
        }
    }

    /**
     * Records the chain's head and a digest of the lines since the last anchor, signed, so that what was written before can be
     * proven with the public key alone; waits at most a second until the file has it.
     *
     * @param reason {@code start}, {@code hour} or {@code stop}; the log itself anchors a {@code rotation}
     */
    public void anchor(String reason) {
        AuditEntry entry =
                AuditEntry.of(AuditEvent.AUDIT_ANCHOR, ClientContext.NONE).detail("reason", reason);
        Recorded recorded;
        synchronized (this) {
            recorded = add(entry);
        }
        log(entry, recorded);
        if (!recorded.waiting()
                .map(line -> AuditWriter.isWritten(line, ANCHOR_WAIT))
                .orElse(false)) {
            LOG.log(Level.WARNING, "The audit file does not have the anchor ({0}) yet", reason);
        }
    }

    /** Where a new chain's first key is left for the administrator to take away. */
    private FirstKeyFile firstKey() {
        Settings settings = configuration.settings();
        return new FirstKeyFile(settings.audit().key(), settings.keys().path());
    }

    /** The files that hold first keys and should be kept elsewhere: whoever reads one can rewrite its chain. */
    public List<Path> firstKeys() {
        return firstKey().left();
    }

    /** Drains the queue for up to two seconds; later entries go to the server log only. */
    @PreDestroy
    public void close() {
        recordSuppressed();
        writer.stop();
    }

    /**
     * Records an entry and, if it tells of a change, waits until it is in the file: up to 15 ms, with the request's other
     * entries up to 40 ms, and not at all while the file is slow. Beyond
     * {@value RefusalThrottle#WRITTEN_PER_MINUTE} refusals of one kind a minute from one address, the rest is only counted for
     * {@link #recordSuppressed}.
     */
    public void record(AuditEntry entry) {
        name(entry);
        meter.count(entry);
        Recorded recorded;
        synchronized (this) {
            if (!refusals.mayWrite(entry)) {
                return;
            }
            recorded = add(entry);
        }
        log(entry, recorded);
        if (entry.isWaitedFor()) {
            recorded.waiting().ifPresent(line -> writer.await(line, entry.client));
        }
    }

    /** Adds the account's name if it is known here, and its account as the actor where nobody else is. */
    private void name(AuditEntry entry) {
        if (entry.userId.isEmpty()) {
            return;
        }
        if (entry.username.isEmpty()) {
            entry.username =
                    Optional.ofNullable(names.getIfPresent(entry.userId)).orElse("");
        } else {
            names.put(entry.userId, entry.username);
        }
        if (entry.actor.isEmpty() && entry.event.isByItsAccount()) {
            entry.actor = "account:" + (entry.username.isEmpty() ? entry.userId : entry.username);
        }
    }

    /** Records how many refusals were suppressed and resets the counts; call it once a minute. */
    public void recordSuppressed() {
        List<AuditEntry> summaries;
        synchronized (this) {
            summaries = refusals.drain();
        }
        summaries.forEach(this::recordInternal);
    }

    /**
     * Refuses a request that would change state while the audit file is down.
     *
     * @throws AuthException {@code store_unavailable} if an entry has waited longer than {@code auth.audit.grace.seconds}
     */
    public void requireRecording() {
        boolean recording =
                writer.delay().compareTo(configuration.settings().audit().grace()) <= 0;
        if (refusing.getAndSet(!recording) == recording) {
            LOG.log(
                    recording ? Level.INFO : Level.SEVERE,
                    "The audit file {0}",
                    recording
                            ? "is writable: changes are accepted again"
                            : "cannot be written: requests that change state are refused (" + fault().orElse("") + ")");
        }
        if (!recording) {
            throw new AuthException(
                    ErrorCode.STORE_UNAVAILABLE, "Nothing can be changed while the audit log cannot be written.");
        }
    }

    private void recordInternal(AuditEntry entry) {
        Recorded recorded;
        synchronized (this) {
            recorded = add(entry);
        }
        log(entry, recorded);
    }

    /** Queues lines in the order of their sequence numbers; file I/O never happens under this lock. */
    private Recorded add(AuditEntry entry) {
        if (!writer.hasRoom(entry.severity)) {
            writer.dropped(entry.severity);
            meter.dropped(1);
            return new Recorded(lines.unnumbered(entry), Optional.empty(), Optional.empty());
        }
        long lastSeq = sequence;
        Optional<AuditEntry> stepBack = watch.stepBack(clock.instant())
                .map(by -> reopened("the clock stepped back by " + by.toSeconds() + " s", lastSeq));
        if (entry.event == AuditEvent.AUDIT_ANCHOR) {
            entry.detail("seq", chain.seq())
                    .detail("hash", chain.hash())
                    .detail("first_seq", unsigned.first())
                    .detail("lines_sha256", unsigned.value())
                    .detail("signature", anchors.sign(node, chain.seq(), chain.hash(), unsigned));
        }
        ChainHead.Sealed line = chain.seal(lines.numbered(entry, ++sequence), sequence);
        chain = line.head();
        unsigned.add(sequence, line.text().getBytes(StandardCharsets.UTF_8), entry.event == AuditEvent.AUDIT_ANCHOR);
        return new Recorded(line.text(), Optional.of(writer.add(line)), stepBack);
    }

    /**
     * What became of an entry.
     *
     * @param stepBack what is to be recorded behind it, if the clock was set back before it
     */
    private record Recorded(String line, Optional<AuditWriter.Line> waiting, Optional<AuditEntry> stepBack) {}

    private void log(AuditEntry entry, Recorded recorded) {
        meter.countLine(entry);
        LOG.log(entry.severity.level(), "SECURITY_AUDIT: {0}", recorded.line());
        recorded.stepBack().ifPresent(this::recordInternal);
    }

    private static AuditEntry reopened(String reason, long lastSeq) {
        return AuditEntry.of(AuditEvent.AUDIT_REOPENED, ClientContext.NONE)
                .detail("reason", reason)
                .detail("last_seq", lastSeq);
    }

    /** Records what was lost at the last stop, or that the file was changed since. */
    private void reportChanges(AuditSequenceFile.State before, long last, long cutOff) {
        if (cutOff > 0) {
            recordInternal(reopened("half a line of " + cutOff + " bytes was cut off at a start", last));
        }
        if (before.unwritten() > 0) {
            meter.dropped(before.unwritten());
            recordInternal(AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE)
                    .detail("reason", "the server stopped while the audit file could not be written")
                    .detail("not_written", before.unwritten())
                    .detail("last_seq", before.sequence()));
        } else if (last < before.sequence()) {
            recordInternal(reopened("moved, emptied or deleted between two starts", before.sequence()));
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** Replaces the name of an unknown account by its HMAC, because people type passwords into that field. */
    public String pseudonym(String attemptedName) {
        return pseudonyms.of(attemptedName);
    }

    /** Why the file cannot be written, for an operator; empty if it can. */
    public Optional<String> fault() {
        return writer.fault();
    }

    /** The name of this node in its lines. */
    public String node() {
        return node;
    }

    /** The number of queued entries. */
    public int waiting() {
        return writer.waiting();
    }

    /** The number of entries recorded, including those before this start. */
    public synchronized long entries() {
        return sequence;
    }
}
