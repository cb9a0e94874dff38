package com.amplihack.auth.keys;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;

/** A process that changes a key ring without rest, in a time that runs ten thousand times too fast; to be killed. */
public final class BusyRing {
    private static final Instant START = Instant.parse("2026-11-23T10:20:30Z");
    private static final long SPEED = 10_000;

    private final KeyRing ring;
    private final KeyRotation rotation;

    public BusyRing(Path home, long began) {
        Configuration configuration = new Configuration(TestSettings.dev(home, Map.of("jwt.key.size", "2048")));
        InstantSource clock = () -> START.plusMillis((System.currentTimeMillis() - began) * SPEED);
        ring = new KeyRing(configuration, clock);
        ring.open();
        rotation = new KeyRotation(
                ring, configuration, clock, new RecordedAudit(), new ScriptedStore(new EmbeddedBackend(clock)));
    }

    public KeyRing ring() {
        return ring;
    }

    public KeyRotation rotation() {
        return rotation;
    }

    /**
     * Prints a line for each step, and ends with the process.
     *
     * @param arguments the home directory, and when its time began in milliseconds
     */
    public static void main(String[] arguments) {
        BusyRing busy = new BusyRing(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        KeyChangeCause admin = KeyChangeCause.by("eva", "eva", "sid", ClientContext.NONE);
        Random random = new Random();
        while (true) {
            try {
                switch (random.nextInt(5)) {
                    case 0 -> busy.rotation.tick();
                    case 1 -> busy.rotation.compromise(busy.ring.active().kid(), random.nextBoolean(), admin);
                    default -> busy.rotation.rotate(admin);
                }
            } catch (AuthException tooEarlyOrInBetween) {
                // as it happens when two do this
            }
            System.out.println("stepped");
        }
    }
}
