package com.amplihack.auth.audit;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.files.PrivateFiles;
import com.amplihack.auth.metrics.Meters;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes every event as one JSON line to the audit file and, behind {@code SECURITY_AUDIT:}, to the server log; when
 * the file refuses, the server log still has the event and says so.
 */
@ApplicationScoped
public class AuditLog {
    private static final Logger LOG = Logger.getLogger(AuditLog.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();

    private static final int MAX_USER_AGENT = 256;

    private Configuration configuration;
    private InstantSource clock;
    private AuditMeter meter;
    private FileOutputStream file;
    private SecretKeySpec nameKey;
    private String node;
    private long sequence;
    private boolean writable = true;
    private final Refusals refusals = new Refusals();

    /** For CDI. */
    public AuditLog() {}

    @Inject
    public AuditLog(Configuration configuration, InstantSource clock, Meters meters) {
        this.configuration = configuration;
        this.clock = clock;
        meter = new AuditMeter(meters);
    }

    /** Opens the file where an earlier start left it. */
    @PostConstruct
    public synchronized void open() {
        Path path = configuration.settings().auditFile();
        try {
            Path key = configuration.settings().keys().path().resolve("audit.key");
            nameKey = new SecretKeySpec(PrivateFiles.secret(key), "HmacSHA256");
            sequence = Files.exists(path) ? lines(path) : 0;
            file = PrivateFiles.append(path);
            endCutOffLine(path);
            node = hostName();
        } catch (IOException e) {
            throw new UncheckedIOException("The audit file " + path + " cannot be opened: " + e, e);
        }
    }

    @PreDestroy
    synchronized void close() {
        tellRefusals();
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The audit file could not be closed", e);
        }
    }

    /**
     * Writes an entry. Refusals of one kind from one address beyond {@value Refusals#WRITTEN_PER_MINUTE} a minute are
     * counted instead: {@link #tellRefusals} says how many they were.
     */
    public void record(AuditEntry entry) {
        meter.count(entry);
        String line;
        synchronized (this) { // one order of lines, the same as that of their numbers
            if (!refusals.mayWrite(entry)) {
                return;
            }
            line = write(entry);
        }
        LOG.log(entry.severity.level(), "SECURITY_AUDIT: {0}", line);
    }

    /** Writes how many refusals were not written one by one, and begins to count anew: to be called each minute. */
    public synchronized void tellRefusals() {
        for (AuditEntry told : refusals.drain()) {
            LOG.log(told.severity.level(), "SECURITY_AUDIT: {0}", write(told));
        }
    }

    private String write(AuditEntry entry) {
        String line = line(entry, ++sequence);
        append(line);
        return line;
    }

    /** Stands for a name of an unknown account: people type passwords there, so it must not be readable. */
    public String pseudonym(String attemptedName) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(nameKey);
            byte[] hash = mac.doFinal(attemptedName.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 22);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the last entry reached the file. */
    public synchronized boolean isWritable() {
        return writable && file.getChannel().isOpen();
    }

    /** How many entries the file has, those of earlier starts included. */
    public synchronized long entries() {
        return sequence;
    }

    private void append(String line) {
        try {
            file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            writable = true;
        } catch (IOException e) {
            writable = false;
            LOG.log(Level.SEVERE, "The audit file refuses an entry; the next line has it", e);
        }
    }

    private String line(AuditEntry entry, long seq) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("timestamp", now.toString())
                .add("node", node)
                .add("seq", seq)
                .add("event", entry.event.name())
                .add("severity", entry.severity.name().toLowerCase(Locale.ROOT));
        add(json, "user_id", entry.userId);
        add(json, "session_id", entry.sessionId);
        add(json, "ip_address", entry.client.address());
        add(json, "user_agent", cut(entry.client.userAgent()));
        add(json, "correlation_id", entry.client.correlationId());
        JsonObjectBuilder details = JSON.createObjectBuilder();
        entry.details.forEach(details::add);
        return json.add("details", details).build().toString();
    }

    private static void add(JsonObjectBuilder json, String name, String value) {
        if (value == null || value.isEmpty()) {
            json.addNull(name);
        } else {
            json.add(name, value);
        }
    }

    private static String cut(String userAgent) {
        return userAgent.length() <= MAX_USER_AGENT ? userAgent : userAgent.substring(0, MAX_USER_AGENT);
    }

    /** After a crash in the middle of a line the next entry must not become part of it. */
    private void endCutOffLine(Path path) throws IOException {
        try (RandomAccessFile written = new RandomAccessFile(path.toFile(), "r")) {
            if (written.length() > 0) {
                written.seek(written.length() - 1);
                if (written.read() != '\n') {
                    file.write('\n');
                }
            }
        }
    }

    private static long lines(Path path) throws IOException {
        try (var lines = Files.lines(path, StandardCharsets.ISO_8859_1)) {
            return lines.count();
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}
