package com.amplihack.auth.keys;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.files.NativeLibraries;
import com.amplihack.auth.keys.files.KeyDirectory;
import com.amplihack.auth.keys.ring.SigningProvider;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Loads the signing provider while the container still searches for beans, and generates the first start's key pairs, so
 * that {@link KeyRing} need not wait for either. Stores nothing and decides nothing.
 */
public class KeyPreparation implements Extension {
    private static final Logger LOG = Logger.getLogger(KeyPreparation.class.getName());
    private static final int ACTIVE_AND_NEXT = 2;

    void begin(@Observes BeforeBeanDiscovery deployment) {
        Thread thread = new Thread(KeyPreparation::prepare, "key-preparation");
        thread.setDaemon(true);
        thread.start();
    }

    private static void prepare() {
        if (!NativeLibraries.canLoadFromTemporaryFolder()) {
            return; // the start names another one first
        }
        try {
            KeySettings keys = new Configuration().settings().keys();
            SigningProvider.prepare(keys.size(), KeyDirectory.isEmpty(keys) ? ACTIVE_AND_NEXT : 0);
        } catch (RuntimeException invalid) { // the start says so in its turn
            LOG.log(Level.FINE, "No keys were prepared", invalid);
        }
    }
}
