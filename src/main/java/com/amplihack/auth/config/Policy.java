package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.PropertyFinder;
import com.amplihack.auth.config.source.Refusal;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** An immutable snapshot of the effective settings and the properties they come from. */
public final class Policy {
    private static final String HIDDEN = "***";

    private final Settings settings;
    private final Map<String, Property> properties;
    private final Map<String, Setting<?>> declared;

    private final Map<String, Refusal> refused;

    private Policy(
            Settings settings,
            Map<String, Property> properties,
            Map<String, Setting<?>> declared,
            Map<String, Refusal> refused) {
        this.settings = settings;
        this.properties = properties;
        this.declared = declared;
        this.refused = refused;
    }

    /** A policy without properties. */
    static Policy of(Settings settings) {
        return new Policy(settings, Map.of(), Map.of(), Map.of());
    }

    /**
     * Reads all properties. Where a live one is bad, the last good value stands in for it, or the default: always the
     * default if the last good value opened something.
     *
     * @param lastGood values of live properties, by name
     * @throws InvalidSettingException at the first bad value of a property that is not live
     */
    static Policy read(Function<String, Property> source, Map<String, String> lastGood) {
        try {
            return readAs(setting -> source.apply(setting.name()));
        } catch (InvalidSettingException bad) {
            return readGood(source, lastGood).revise(source, property -> true).policy();
        }
    }

    private static Policy readGood(Function<String, Property> source, Map<String, String> lastGood) {
        boolean production = Settings.isProduction(name -> source.apply(name).value());
        Function<Setting<?>, Property> good = setting -> !setting.isLive()
                ? source.apply(setting.name())
                : Optional.ofNullable(lastGood.get(setting.name()))
                        .filter(value -> !setting.isOpen(value))
                        .map(value -> new Property(setting.name(), Optional.of(value), "last good value"))
                        .orElseGet(() ->
                                new Property(setting.name(), setting.byDefault(production), PropertyFinder.DEFAULTS));
        try {
            return readAs(good);
        } catch (InvalidSettingException bad) {
            if (lastGood.isEmpty()) {
                throw bad;
            }
            return readGood(
                    source, Map.of()); // what was good once may be bad beside other settings, or in this version
        }
    }

    private static Policy readAs(Function<Setting<?>, Property> source) {
        Map<String, Property> found = new TreeMap<>();
        SettingsReader reader =
                new SettingsReader(setting -> found.computeIfAbsent(setting.name(), name -> source.apply(setting))
                        .value());
        Settings settings = Settings.read(reader);
        return new Policy(settings, found, reader.settingsRead(), Map.of());
    }

    /** What is set and not applied, sorted by name. */
    public List<Refusal> refusals() {
        return List.copyOf(refused.values());
    }

    /** Whether its value opens what the default keeps closed. */
    public boolean isOpen(Property property) {
        return property.value().filter(declared(property)::isOpen).isPresent();
    }

    /** Whether one that is refused leaves such a value in force. */
    public boolean leavesOpen() {
        return properties.values().stream()
                .anyMatch(property -> refused.containsKey(property.name()) && isOpen(property));
    }

    /** The values of live properties in force, without secrets; the empty string for what is not set. */
    Map<String, String> live() {
        return properties.values().stream()
                .filter(property -> isLive(property) && !isSecret(property))
                .collect(Collectors.toMap(
                        Property::name, property -> property.value().orElse("")));
    }

    /** Those names, and those of the settings that others name. */
    Set<String> namesAnd(Collection<String> names) {
        Set<String> all = new HashSet<>(names);
        all.addAll(properties.keySet());
        return all;
    }

    public Settings inForce() {
        return settings;
    }

    /** All properties, sorted by name. */
    public List<Property> properties() {
        return List.copyOf(properties.values());
    }

    /** What is known of it. */
    public Setting<?> declared(Property property) {
        return Objects.requireNonNull(declared.get(property.name()));
    }

    public Optional<Property> find(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    public boolean isSecret(Property property) {
        return declared(property).isSecret();
    }

    /** Whether a change applies within seconds, without a restart. */
    public boolean isLive(Property property) {
        return declared(property).isLive();
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
        Map<String, List<Property>> wanted = new TreeMap<>();
        Map<String, Refusal> refusals = new TreeMap<>();
        for (Property before : properties.values()) {
            String name = before.name();
            if (!due.test(before)) {
                Optional.ofNullable(refused.get(name)).ifPresent(refusal -> refusals.put(name, refusal));
                continue;
            }
            Property now = source.apply(name);
            if (now.fault().isPresent() || (isLive(now) && !now.value().equals(before.value()))) {
                wanted.computeIfAbsent(group(now), group -> new ArrayList<>()).add(now);
            } else if (now.value().equals(before.value())) {
                accepted.put(name, now); // its source may have changed
            } else {
                Optional<String> bad = refusal(accepted, List.of(now), source);
                refusals.put(
                        name,
                        new Refusal(
                                now,
                                bad.map(why -> why + ": the next start would fail")
                                        .orElse(name + " has changed: restart to apply it"),
                                bad.isEmpty()));
            }
        }
        acceptGood(wanted.values(), accepted, source);
        List<Revision.Change> changes = new ArrayList<>();
        for (List<Property> together : wanted.values()) {
            for (Property now : together) {
                if (now.equals(accepted.get(now.name()))) {
                    changes.add(new Revision.Change(Objects.requireNonNull(properties.get(now.name())), now));
                } else {
                    String why = refusal(accepted, together, source).orElse("") + ": the old value stays in force";
                    refusals.put(now.name(), new Refusal(now, why, false));
                }
            }
        }
        if (accepted.equals(properties) && refusals.equals(refused)) {
            return new Revision(this, List.of());
        }
        if (changes.isEmpty()) {
            return new Revision(new Policy(settings, accepted, declared, refusals), changes);
        }
        Policy revised = readWith(accepted, source);
        return new Revision(new Policy(revised.settings, revised.properties, revised.declared, refusals), changes);
    }

    private String group(Property property) {
        return declared(property).group();
    }

    /** Accepts all changes at once, as one may be valid only with another; failing that, each group valid by itself. */
    private static void acceptGood(
            Collection<List<Property>> wanted, Map<String, Property> accepted, Function<String, Property> source) {
        List<Property> all = wanted.stream().flatMap(List::stream).toList();
        if (refusal(accepted, all, source).isEmpty()) {
            all.forEach(now -> accepted.put(now.name(), now));
            return;
        }
        List<List<Property>> open = new ArrayList<>(wanted);
        boolean more = true;
        while (more) {
            more = open.removeIf(together -> {
                boolean good = refusal(accepted, together, source).isEmpty();
                if (good) {
                    together.forEach(now -> accepted.put(now.name(), now));
                }
                return good;
            });
        }
    }

    private static Optional<String> refusal(
            Map<String, Property> accepted, List<Property> wanted, Function<String, Property> source) {
        Map<String, Property> tried = new TreeMap<>(accepted);
        wanted.forEach(now -> tried.put(now.name(), now));
        try {
            readWith(tried, source);
            return Optional.empty();
        } catch (InvalidSettingException bad) {
            return Optional.of(bad.getMessage());
        }
    }

    /** From the source come the settings that only another one's new value names. */
    private static Policy readWith(Map<String, Property> properties, Function<String, Property> source) {
        return readAs(setting ->
                Optional.ofNullable(properties.get(setting.name())).orElseGet(() -> source.apply(setting.name())));
    }
}
