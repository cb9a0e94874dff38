package com.amplihack.auth.config;

import com.amplihack.auth.config.files.LastGood;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.PropertyFinder;
import com.amplihack.auth.config.source.Refusal;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;

/** Holds the effective settings as one immutable snapshot; reading it costs a field access. */
@Singleton
public class Configuration {
    private final Function<String, Property> source;
    private final Function<Policy, List<Refusal>> unknownNames;
    private volatile Policy policy;
    private volatile List<Refusal> unknown;

    @Inject
    public Configuration() {
        this(new PropertyFinder(ConfigProvider.getConfig()));
    }

    private Configuration(PropertyFinder finder) {
        this(finder, Settings.names());
    }

    private Configuration(PropertyFinder finder, List<String> names) {
        this(Policy.read(finder, lastGood(finder)), finder, policy -> finder.unknown(policy.namesAnd(names)));
    }

    /** Reads from a source of its own, for use outside a server. */
    Configuration(Function<String, Property> source) {
        this(Policy.read(source, lastGood(source)), source, policy -> List.of());
    }

    /** Never changes; for use outside a server. */
    public Configuration(Settings settings) {
        this(Policy.of(settings), name -> new Property(name, Optional.empty(), Property.NOBODY), policy -> List.of());
    }

    private Configuration(
            Policy policy, Function<String, Property> source, Function<Policy, List<Refusal>> unknownNames) {
        this.policy = policy;
        this.source = source;
        this.unknownNames = unknownNames;
        this.unknown = unknownNames.apply(policy);
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

    /** Nothing if {@code auth.home} cannot be read: that stops the start by itself. */
    private static Map<String, String> lastGood(Function<String, Property> source) {
        Property home = source.apply(Settings.HOME.name());
        try {
            return home.value().map(Path::of).map(LastGood::read).orElse(Map.of());
        } catch (InvalidSettingException | InvalidPathException bad) {
            return Map.of();
        }
    }

    /** Keeps the live settings in force for a start that finds bad ones. */
    public void keepLastGood() throws IOException {
        LastGood.write(settings().home(), policy.live());
    }

    /** The current snapshot; a different object if and only if a setting has changed. */
    public Settings settings() {
        return policy.inForce();
    }

    /** The current snapshot with the properties it comes from. */
    public Policy policy() {
        return policy;
    }

    /** What is set and not applied: bad values, changes that wait for a restart, and names that no setting has. */
    public List<Refusal> refusals() {
        return Stream.concat(policy.refusals().stream(), unknown.stream()).toList();
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
        unknown = unknownNames.apply(policy);
        return revision;
    }

    /** The application's clock. */
    @Produces
    @Singleton
    public static InstantSource clock() {
        return InstantSource.system();
    }
}
