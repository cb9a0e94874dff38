package com.amplihack.auth.store.script;

import com.amplihack.auth.store.Inspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Where the store's scripts run: Redis, or this process.
 *
 * <p>Whatever goes wrong is a {@link StoreUnavailableException}.
 */
public interface StoreBackend extends AutoCloseable {
    /**
     * Runs an operation's script as one atomic step.
     *
     * @param keys all of one slot
     * @param read turns the answer, a String, a Long, a List of answers or null, into what the caller wants
     */
    <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read);

    /** Asks whether it answers at all. */
    void ping();

    /**
     * Asks whether it can be used, and what about its set-up an operator should change.
     *
     * @param now by this node's clock
     */
    Inspection inspect(Instant now);

    /** How many session records there are; an estimate when there are many. */
    long liveSessions();

    /** Has that listener told when it goes away, and when it is back. */
    void onOutage(Consumer<StoreOutage> listener);

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();

    @Override
    void close();
}
