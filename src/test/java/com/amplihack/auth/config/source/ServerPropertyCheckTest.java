package com.amplihack.auth.config.source;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerPropertyCheckTest {
    private static final Map<String, String> REQUIRED = Map.of("a.b", "right", "a.d", "");

    @Test
    void notSetEmptyOrTheOneValueIsGood() {
        for (Map<String, String> properties : List.of(
                Map.<String, String>of(),
                Map.of("a.b", ""),
                Map.of("a.b", "right", "a.c", "x"),
                Map.of("%test.a.b", "x"))) {
            assertDoesNotThrow(() -> ServerPropertyCheck.require(config(properties), REQUIRED));
        }
    }

    @ParameterizedTest
    @CsvSource({"a.b, wrong", "a.b, Right", "%dev.a.b, wrong"})
    void anyOtherValueOfAnySourceIsRefused(String name, String value) {
        InvalidSettingException refused = assertThrows(
                InvalidSettingException.class,
                () -> ServerPropertyCheck.require(config(Map.of("a.b", "right"), Map.of(name, value)), REQUIRED));
        assertEquals(name + " must be right or not set, was '" + value + "' (Domain)", refused.getMessage());
    }

    @Test
    void whatMustNotBeSetIsRefusedWhateverItsValue() {
        InvalidSettingException refused = assertThrows(
                InvalidSettingException.class, () -> ServerPropertyCheck.require(config(Map.of("a.d", "x")), REQUIRED));
        assertEquals("a.d must not be set, was 'x' (Domain)", refused.getMessage());
        assertDoesNotThrow(() -> ServerPropertyCheck.require(config(Map.of("a.d", "")), REQUIRED));
    }

    @SafeVarargs
    private static Config config(Map<String, String>... sources) {
        List<ConfigSource> all = List.of(sources).stream()
                .<ConfigSource>map(ServerPropertyCheckTest::source)
                .toList();
        return (Config) Proxy.newProxyInstance(
                ServerPropertyCheckTest.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, call, args) -> call.getName().equals("getConfigSources") ? all : Optional.of("dev"));
    }

    private static ConfigSource source(Map<String, String> properties) {
        return new ConfigSource() {
            @Override
            public Set<String> getPropertyNames() {
                return properties.keySet();
            }

            @Override
            public String getValue(String name) {
                return properties.get(name);
            }

            @Override
            public String getName() {
                return "Domain";
            }
        };
    }
}
