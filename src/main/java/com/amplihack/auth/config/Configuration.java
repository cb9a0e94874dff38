package com.amplihack.auth.config;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.InstantSource;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The settings in force, as one immutable snapshot: reading them costs a field access. */
@ApplicationScoped
public class Configuration {
    private volatile Settings settings;

    /** For CDI. */
    public Configuration() {}

    /** A configuration that never changes, for use outside a server. */
    public Configuration(Settings settings) {
        this.settings = settings;
    }

    @PostConstruct
    void read() {
        Config config = ConfigProvider.getConfig();
        settings = Settings.read(name -> value(config, name));
    }

    /** The snapshot; another object says that something has changed, and only then is it another one. */
    public Settings settings() {
        return settings;
    }

    /** The one clock of this service. */
    @Produces
    @ApplicationScoped
    public static InstantSource clock() {
        return InstantSource.system();
    }

    private static Optional<String> value(Config config, String name) {
        try {
            return config.getOptionalValue(name, String.class);
        } catch (NoSuchElementException | IllegalArgumentException unresolved) {
            return Optional.empty(); // an expression such as ${auth.home} over a property that is not set
        }
    }
}
