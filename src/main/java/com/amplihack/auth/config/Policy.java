package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** An immutable snapshot of the effective settings and the properties they come from. */
public final class Policy {
    private static final String HIDDEN = "***";

    private final Settings settings;
    private final Map<String, Property> properties;
    private final Set<String> secrets;
    private final Set<String> live;

    private Policy(Settings settings, Map<String, Property> properties, Set<String> secrets, Set<String> live) {
        this.settings = settings;
        this.properties = properties;
        this.secrets = secrets;
        this.live = live;
    }

    /** A policy without properties. */
    static Policy of(Settings settings) {
        return new Policy(settings, Map.of(), Set.of(), Set.of());
    }

    /**
     * Reads all properties.
     *
     * @throws InvalidSettingException at the first bad value
     */
    static Policy read(Function<String, Property> source) {
        Map<String, Property> found = new TreeMap<>();
        SettingsReader reader =
                new SettingsReader(name -> found.computeIfAbsent(name, source).value());
        Settings settings = Settings.read(reader);
        return new Policy(settings, found, reader.secrets(), reader.liveNames());
    }

    public Settings inForce() {
        return settings;
    }

    /** All properties, sorted by name. */
    public List<Property> properties() {
        return List.copyOf(properties.values());
    }

    public boolean isSecret(Property property) {
        return secrets.contains(property.name());
    }

    /** Whether a change applies within seconds, without a restart. */
    public boolean isLive(Property property) {
        return live.contains(property.name());
    }

    /** The value for display, with secrets redacted; empty if not set. */
    public Optional<String> shown(Property property) {
        return property.value().map(value -> isSecret(property) ? HIDDEN : value);
    }

    /**
     * Rereads properties and accepts valid changes to live ones.
     *
     * @param due which properties to reread
     */
    Revision revise(Function<String, Property> source, Predicate<Property> due) {
        Map<String, Property> accepted = new TreeMap<>(properties);
        List<Property> wanted = new ArrayList<>();
        List<Revision.Refusal> refusals = new ArrayList<>();
        for (Property before : properties.values()) {
            Property now = due.test(before) ? source.apply(before.name()) : before;
            if (now.fault().isPresent()) {
                refusals.add(new Revision.Refusal(now, now.fault().get() + ": the old value stays in force"));
            } else if (now.value().equals(before.value())) {
                accepted.put(now.name(), now); // its source may have changed
            } else if (isLive(now)) {
                wanted.add(now);
            } else {
                refusals.add(new Revision.Refusal(now, now.name() + " has changed: restart to apply it"));
            }
        }
        acceptGood(wanted, accepted);
        wanted.stream()
                .filter(now -> !now.equals(accepted.get(now.name())))
                .map(now -> new Revision.Refusal(
                        now, refusal(accepted, List.of(now)).orElse("") + ": the old value stays in force"))
                .forEach(refusals::add);
        if (accepted.equals(properties)) {
            return new Revision(this, List.of(), refusals);
        }
        List<Revision.Change> changes = wanted.stream()
                .filter(now -> now.equals(accepted.get(now.name())))
                .map(now -> new Revision.Change(Objects.requireNonNull(properties.get(now.name())), now))
                .toList();
        Settings revised = changes.isEmpty() ? settings : settingsOf(accepted);
        return new Revision(new Policy(revised, accepted, secrets, live), changes, refusals);
    }

    /** Accepts all changes at once, as one may be valid only with another; failing that, each that is valid by itself. */
    private static void acceptGood(List<Property> wanted, Map<String, Property> accepted) {
        if (refusal(accepted, wanted).isEmpty()) {
            wanted.forEach(now -> accepted.put(now.name(), now));
            return;
        }
        List<Property> open = new ArrayList<>(wanted);
        boolean more = true;
        while (more) {
            more = open.removeIf(now -> {
                boolean good = refusal(accepted, List.of(now)).isEmpty();
                if (good) {
                    accepted.put(now.name(), now);
                }
                return good;
            });
        }
    }

    private static Optional<String> refusal(Map<String, Property> accepted, List<Property> wanted) {
        Map<String, Property> tried = new TreeMap<>(accepted);
        wanted.forEach(now -> tried.put(now.name(), now));
        try {
            settingsOf(tried);
            return Optional.empty();
        } catch (InvalidSettingException bad) {
            return Optional.of(bad.getMessage());
        }
    }

    private static Settings settingsOf(Map<String, Property> properties) {
        return Settings.read(name -> Optional.ofNullable(properties.get(name)).flatMap(Property::value));
    }
}
