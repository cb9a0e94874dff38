package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is made from the declarations of the settings; to write it anew: {@code mvn test -Dtest=SettingsPagesTest -Dsettings=update}. */
class SettingsPagesTest {
    private static final String BEGIN = "<!-- The table is made from the code by SettingsPagesTest. -->\n\n";
    private static final String END = "\n## ";

    @Test
    void theTableIsWhatTheCodeSays() throws IOException {
        Path file = Path.of("docs/configuration.md");
        String page = Files.readString(file);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END, begin);
        compare(file, page.substring(0, begin) + SettingsPages.table() + page.substring(end));
    }

    @Test
    void theFilesForAsadminAreWhatTheCodeSays() throws IOException {
        compare(Path.of("server-config/payara/settings.asadmin"), SettingsPages.settings());
        compare(Path.of("server-config/payara/live-settings.asadmin"), SettingsPages.live());
    }

    private static void compare(Path file, String made) throws IOException {
        if (System.getProperty("settings", "").equals("update")) {
            Files.writeString(file, made);
        }
        assertEquals(made, Files.readString(file), () -> file + " is another one: see SettingsPagesTest");
    }

    @Test
    void everySettingSaysAllThatThereIsToKnowAndAcceptsItsDefaultsAndItsExample() {
        Set<String> names = new HashSet<>();
        for (Setting<?> setting : Settings.all()) {
            String name = setting.name();
            assertTrue(names.add(name), name);
            assertTrue(name.matches("(auth|jwt|redis|enable|mp|otel)(\\.[a-z0-9]+)+"), name);
            assertFalse(setting.description().isBlank() || setting.description().endsWith("."), name);
            assertFalse(setting.allowed().isBlank(), name);
            assertFalse(setting.example().isBlank(), name);
            assertTrue(accepts(setting, setting.example()), name);
            setting.byDefault().ifPresent(value -> assertTrue(accepts(setting, value), name));
            setting.inDevelopment().ifPresent(value -> assertTrue(accepts(setting, value), name));
        }
        assertTrue(names.size() > 70, () -> names.size() + " settings");
    }

    private static boolean accepts(Setting<?> setting, String value) {
        return new SettingsReader(any -> Optional.of(value)).find(setting).isPresent();
    }
}
