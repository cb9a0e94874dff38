package com.amplihack.auth.keys;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.files.KeyDirectory;
import com.amplihack.auth.keys.ring.RingKey;
import java.io.IOException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Reads the ring from the key directory whenever another node has changed it, and loads its private keys. */
final class RingReader {
    private static final Logger LOG = Logger.getLogger(RingReader.class.getName());
    private static final long RETRY = Duration.ofSeconds(10).toNanos();

    private final KeyDirectory directory;
    private final TrustedKeys inForce;
    private volatile boolean readable = true;

    /** The ring.json in use, with all private keys loaded; empty while they are not. */
    private String shown = "";

    /** The ring.json that failed to load, and when to retry: a wrong passphrase costs half a second each time. */
    private String refused = "";

    private long retryAt;

    /**
     * Reads it for the first time.
     *
     * @throws InvalidSettingException when the ring or a private key is unusable
     */
    RingReader(KeyDirectory directory, TrustedKeys inForce) throws IOException {
        this.directory = directory;
        this.inForce = inForce;
        show(directory.text());
    }

    /** Reads it again if it has changed; when it cannot be read, the keys loaded before stay in use. */
    synchronized void refresh() {
        String text = "";
        try {
            text = directory.text();
            if (text.equals(refused) && System.nanoTime() - retryAt < 0) {
                return;
            }
            if (!text.equals(shown)) {
                show(text);
            }
            refused = "";
            readable = true;
        } catch (IOException | InvalidSettingException unreadable) {
            if (readable) {
                LOG.log(
                        Level.SEVERE,
                        "The key ring cannot be read; the keys loaded before stay in use: {0}",
                        unreadable);
            }
            readable = false;
            refused = text;
            retryAt = System.nanoTime() + RETRY;
        }
    }

    /** Whether the last attempt could read the key directory. */
    boolean isReadable() {
        return readable;
    }

    /** Drops retired keys first, then loads private keys: decrypting one takes half a second. */
    private void show(String text) throws IOException {
        shown = "";
        inForce.show(directory.parse(text));
        for (RingKey key : inForce.lacking()) {
            inForce.add(directory.load(key));
        }
        shown = text;
    }
}
