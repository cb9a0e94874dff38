package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import java.time.InstantSource;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Produces the security store that {@code auth.store} selects. */
@ApplicationScoped
public class StoreProducer {
    private static final Logger LOG = Logger.getLogger(StoreProducer.class.getName());

    /** Chosen once at startup, and never replaced silently. */
    @Produces
    @ApplicationScoped
    SecurityStore store(Configuration configuration, InstantSource clock, Meters meters) {
        StoreSettings settings = configuration.settings().store();
        if (settings.kind() == StoreKind.MEMORY) {
            return new ScriptedStore(new EmbeddedBackend(clock));
        }
        RedisBackend redis = new RedisBackend(settings, meters);
        if (settings.kind() == StoreKind.REDIS) {
            return new ScriptedStore(redis); // Boot connects it, and waits for it
        }
        try {
            redis.connect(clock.instant());
            return new ScriptedStore(redis);
        } catch (InvalidSettingException | StoreUnavailableException unusable) {
            redis.close();
            LOG.log(
                    Level.WARNING,
                    "{0}: sessions live in the memory of this process and end with it",
                    unusable.getMessage());
            return new ScriptedStore(new EmbeddedBackend(clock));
        }
    }

    void close(@Disposes SecurityStore store) throws Exception {
        if (store instanceof AutoCloseable connected) {
            connected.close();
        }
    }
}
