package com.amplihack.auth.store.embedded;

import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.script.StoreBackend;
import com.amplihack.auth.store.script.StoreOperation;
import com.amplihack.auth.store.script.UserKeys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.luaj.vm2.LuaError;

/**
 * Runs the scripts in this process, one at a time, on keys in memory: for development and single nodes. Opens no
 * port; everything is lost when the process ends.
 */
public final class EmbeddedBackend implements StoreBackend {
    /** The heap budgeted for one element; a field or member takes less. */
    private static final long BYTES_PER_ELEMENT = 512;

    private final RateLimitedLogger log = new RateLimitedLogger(Logger.getLogger(EmbeddedBackend.class.getName()), 1);

    private final InstantSource clock;
    private final Keyspace keyspace;
    private final LuaInterpreter lua;

    public EmbeddedBackend(InstantSource clock) {
        this(clock, new Keyspace(Runtime.getRuntime().maxMemory() / BYTES_PER_ELEMENT));
    }

    EmbeddedBackend(InstantSource clock, Keyspace keyspace) {
        this.clock = clock;
        this.keyspace = keyspace;
        lua = new LuaInterpreter(keyspace);
    }

    @Override
    public <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
        return read.apply(run(operation, keys, arguments));
    }

    private synchronized @Nullable Object run(StoreOperation operation, List<String> keys, List<String> arguments) {
        keyspace.begin(clock.millis());
        try {
            return lua.run(operation.script().text(), keys, arguments);
        } catch (LuaError failed) {
            log.log(
                    Level.WARNING,
                    operation.label(),
                    "The store in memory failed at " + operation.label() + ": " + failed.getMessage());
            throw new StoreUnavailableException(failed);
        }
    }

    @Override
    public StoreInspection connect(Instant now) {
        return StoreInspection.GOOD;
    }

    @Override
    public int slot(String key) {
        return 0;
    }

    @Override
    public void ping() {
        // it is in this process
    }

    @Override
    public StoreInspection inspect(Instant now) {
        return StoreInspection.GOOD;
    }

    @Override
    public synchronized long liveSessions() {
        keyspace.begin(clock.millis());
        return keyspace.count(UserKeys::isSession);
    }

    @Override
    public void onOutage(Consumer<StoreOutage> listener) {
        // there are no outages
    }

    @Override
    public String kind() {
        return "memory";
    }

    /** The number of keys. */
    public synchronized int size() {
        return keyspace.size();
    }

    @Override
    public void close() {
        // nothing to close
    }
}
