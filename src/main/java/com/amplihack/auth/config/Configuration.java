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

/** The settings in force, as one immutable snapshot: reading them costs a field access. */
@Singleton
public class Configuration {
    private final Function<String, Property> source;
    private volatile Policy policy;

    /** The configuration of the server. */
    @Inject
    public Configuration() {
        this(new PropertyFinder(ConfigProvider.getConfig()));
    }

    /** A configuration that follows that source, for use outside a server. */
    Configuration(Function<String, Property> source) {
        this(Policy.read(source), source);
    }

    /** A configuration that never changes, for use outside a server. */
    public Configuration(Settings settings) {
        this(Policy.of(settings), name -> new Property(name, Optional.empty(), Property.NOBODY));
    }

    private Configuration(Policy policy, Function<String, Property> source) {
        this.policy = policy;
        this.source = source;
    }

    /**
     * The settings as a process beside the server reads them.
     *
     * @param instead values in the place of those that are configured
     */
    public static Configuration besideTheServer(Map<String, String> instead) {
        PropertyFinder configured = new PropertyFinder(ConfigProvider.getConfig());
        return new Configuration(name -> instead.containsKey(name)
                ? new Property(name, Optional.of(instead.get(name)), Property.NOBODY)
                : configured.apply(name));
    }

    /** The snapshot; another object says that something has changed, and only then is it another one. */
    public Settings settings() {
        return policy.inForce();
    }

    /** The settings and where they come from. */
    public Policy policy() {
        return policy;
    }

    /** Looks at every property again, and puts in force what has changed. */
    public Revision refresh() {
        return refresh(property -> true);
    }

    /**
     * Looks again, and puts in force what has changed; never to be called by a request.
     *
     * @param due which properties to look at: one behind a password alias costs Payara 80 ms of processor time
     */
    public synchronized Revision refresh(Predicate<Property> due) {
        Revision revision = policy.revise(source, due);
        policy = revision.policy();
        return revision;
    }

    /** The one clock of this service. */
    @Produces
    @Singleton
    public static InstantSource clock() {
        return InstantSource.system();
    }
}
