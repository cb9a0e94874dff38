package com.amplihack.auth.config.source;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads settings and refuses a bad value in one sentence with the property, the allowed values and the bad one. */
public final class SettingsReader {
    /** The replacement character, which Java substitutes for bytes that its encoding cannot decode. */
    private static final char UNREADABLE = '\uFFFD';

    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "its encoding");
    private static final String REMEDY = " (LC_ALL=C.UTF-8 in its environment makes that UTF-8)";
    static final String ENCODING_REMEDY = ENCODING + REMEDY;

    private final Function<Setting<?>, Optional<String>> source;
    private final Map<String, Setting<?>> read = new LinkedHashMap<>();

    public SettingsReader(Function<Setting<?>, Optional<String>> source) {
        this.source = source;
    }

    /**
     * Reads a setting that must have a value.
     *
     * @throws InvalidSettingException if it is not set, or to a bad value
     */
    public <T> T read(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new InvalidSettingException(setting.name() + " must be set"));
    }

    /**
     * Reads a setting that may have no value.
     *
     * @return empty if not set or set to the empty string
     * @throws InvalidSettingException if it is set to a bad value, a blank one among them
     */
    public <T> Optional<T> find(Setting<T> setting) {
        read.put(setting.name(), setting);
        Optional<String> value = source.apply(setting).filter(text -> !text.isEmpty());
        if (value.filter(String::isBlank).isPresent()) {
            throw new InvalidSettingException(setting.name() + " must not be blank");
        }
        if (value.filter(text -> text.indexOf(UNREADABLE) >= 0).isPresent()) {
            throw new InvalidSettingException(setting.name() + " has bytes that are not valid in " + ENCODING
                    + ", the encoding of this process" + REMEDY);
        }
        return value.map(setting::parse);
    }

    /** The settings that were read, by name, in the order in which they were first read. */
    public Map<String, Setting<?>> settingsRead() {
        return new LinkedHashMap<>(read);
    }
}
