package com.amplihack.auth.config.source;

import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Refuses to start if the server sets a standard property to a value that this service cannot work with. */
public final class ServerPropertyCheck {
    private ServerPropertyCheck() {}

    /**
     * Checks every config source, whatever its ordinal.
     *
     * @param required the only value that each property may have if set; an empty string means that it must not be set
     * @throws InvalidSettingException that names the property, its value and its source
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
