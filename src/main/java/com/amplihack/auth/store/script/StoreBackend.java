package com.amplihack.auth.store.script;

import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs the store's scripts, in Redis or in this process.
 *
 * <p>Every failure is a {@link StoreUnavailableException}.
 */
public interface StoreBackend extends AutoCloseable {
    /**
     * Runs an operation's script as one atomic step.
     *
     * @param keys all in one slot of a cluster
     * @param read converts the answer: a String, a Long, a List of answers, or null
     */
    <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read);

    /** The part of the backend that has a key: one script takes keys of one slot. */
    int slot(String key);

    /** See {@link com.amplihack.auth.store.SecurityStore#connect}. */
    StoreInspection connect(Instant now);

    /** Checks that the backend answers. */
    void ping();

    /**
     * Checks whether the backend can be used, and whether its configuration is dangerous.
     *
     * @param now the time by this node's clock, to be compared with the backend's
     */
    StoreInspection inspect(Instant now);

    /** The number of session records; an estimate if there are many. */
    long liveSessions();

    /** Sets the listener that is notified once when an outage begins, and once when it ends. */
    void onOutage(Consumer<StoreOutage> listener);

    /** {@code redis} or {@code memory}, for logs and health. */
    String kind();

    @Override
    void close();
}
