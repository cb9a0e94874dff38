package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.PropertyFinder;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.ConfigProvider;

/** Holds the effective settings as one immutable snapshot; reading it costs a field access. */
@Singleton
public class Configuration {
    private final Function<String, Property> source;
    private volatile Policy policy;

    @Inject
    public Configuration() {
        this(new PropertyFinder(ConfigProvider.getConfig()));
    }

    /** Reads from a source of its own, for use outside a server. */
    Configuration(Function<String, Property> source) {
        this(Policy.read(source), source);
    }

    /** Never changes; for use outside a server. */
    public Configuration(Settings settings) {
        this(Policy.of(settings), name -> new Property(name, Optional.empty(), Property.NOBODY));
    }

    private Configuration(Policy policy, Function<String, Property> source) {
        this.policy = policy;
        this.source = source;
    }

    /**
     * The server's configuration as a separate process reads it.
     *
     * @param overrides values that replace configured ones
     */
    public static Configuration forSeparateProcess(Map<String, String> overrides) {
        PropertyFinder configured = new PropertyFinder(ConfigProvider.getConfig());
        return new Configuration(name -> overrides.containsKey(name)
                ? new Property(name, Optional.of(overrides.get(name)), Property.NOBODY)
                : configured.apply(name));
    }

    /** The current snapshot; a different object if and only if a setting has changed. */
    public Settings settings() {
        return policy.inForce();
    }

    /** The current snapshot with the properties it comes from. */
    public Policy policy() {
        return policy;
    }

    /** Rereads every property and applies changes. */
    public Revision refresh() {
        return refresh(property -> true);
    }

    /**
     * Rereads properties and applies changes; never call it on the request path.
     *
     * @param due which properties to reread: one behind a password alias costs Payara 80 ms of CPU
     */
    public synchronized Revision refresh(Predicate<Property> due) {
        Revision revision = policy.revise(source, due);
        policy = revision.policy();
        return revision;
    }

    /** The application's clock. */
    @Produces
    @Singleton
    public static InstantSource clock() {
        return InstantSource.system();
    }
}
