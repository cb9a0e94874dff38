package com.amplihack.auth.config.source;

import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Refuses a start on a server that gives a property of a specification another meaning than this service relies on. */
public final class ServerProperties {
    private ServerProperties() {}

    /**
     * Looks at every source of the configuration, whatever its rank.
     *
     * @param required the one value that each property may have, if it is set at all; an empty one: it must not be set
     * @throws InvalidSettingException that names the property, its value and who set it
     */
    public static void require(Map<String, String> required) {
        require(ConfigProvider.getConfig(), required);
    }

    static void require(Config config, Map<String, String> required) {
        String profile =
                "%" + config.getOptionalValue("mp.config.profile", String.class).orElse("") + ".";
        for (ConfigSource source : config.getConfigSources()) {
            required.forEach((name, value) -> {
                require(source, name, value);
                require(source, profile + name, value);
            });
        }
    }

    private static void require(ConfigSource source, String name, String value) {
        String found = source.getValue(name);
        if (found != null && !found.isEmpty() && !found.equals(value)) {
            throw new InvalidSettingException(
                    name + " must " + (value.isEmpty() ? "not be set" : "be " + value + " or not set") + ", was '"
                            + found + "' (" + source.getName() + ")");
        }
    }
}
