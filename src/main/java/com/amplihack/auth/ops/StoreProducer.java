package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.type.StoreKind;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore;
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
        try {
            return redis(settings, clock, meters);
        } catch (InvalidSettingException unusable) {
            if (settings.kind() == StoreKind.REDIS) {
                throw unusable;
            }
            LOG.log(
                    Level.WARNING,
                    "{0}: sessions live in the memory of this process and end with it",
                    unusable.getMessage());
            return new ScriptedStore(new EmbeddedBackend(clock));
        }
    }

    private static SecurityStore redis(StoreSettings settings, InstantSource clock, Meters meters) {
        RedisBackend redis = new RedisBackend(settings, meters);
        try {
            redis.checkAtStartup(clock.instant()).warnings().forEach(LOG::warning);
        } catch (InvalidSettingException unusable) {
            redis.close();
            throw unusable;
        }
        LOG.log(Level.INFO, "Sessions are kept in the Redis at {0}", settings.address());
        return new ScriptedStore(redis);
    }

    void close(@Disposes SecurityStore store) throws Exception {
        if (store instanceof AutoCloseable connected) {
            connected.close();
        }
    }
}
