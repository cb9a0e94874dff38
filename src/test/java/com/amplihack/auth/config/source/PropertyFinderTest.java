package com.amplihack.auth.config.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a value on its way from whoever set it, through a real MicroProfile Config. */
class PropertyFinderTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("SECRET", "a${b}\\${c}$$d\\", "EMPTY", "", "ECHOED", "secret\n");

    private final Map<String, String> set = new HashMap<>(Map.of(
            Config.PROPERTY_EXPRESSIONS_ENABLED,
            "false",
            "redis.host",
            "redis.example",
            "auth.home",
            "/srv",
            "jwt.key.path",
            "${auth.home}/keys"));

    private Property find(String name) {
        Config config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(set, "a test", 100))
                .build();
        return new PropertyFinder(config, ENVIRONMENT::get).apply(name);
    }

    private Property find(String name, String value) {
        set.put(name, value);
        return find(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\\$b-long-enough-pass",
                "$",
                "$$",
                "pa$word",
                "pa$$word",
                "pa{ss}word",
                "pa\\{ss\\}word",
                "\\",
                "\\\\",
                "ends with \\",
                "}",
                "{",
                "a:b",
                " blanks at both ends ",
                "ü€𝄞",
                "#!=%2F%",
                "$ {auth.home}",
                "$\\{auth.home}"
            })
    void whatIsNoExpressionStandsForItself(String value) {
        assertEquals(Optional.of(value), find("redis.password", value).value());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${auth.home}                     | /srv",
                "a${auth.home}b${auth.home}c      | a/srvb/srvc",
                "${jwt.key.path}/ring             | /srv/keys/ring",
                "${MPCONFIG=redis.host}           | redis.example",
                "${MPCONFIG=no.such:there}        | there",
                "${no.such:there}                 | there",
                "${no.such:a:b}                   | a:b",
                "${no.such:${redis.host}}         | redis.example",
                "${no.such:${nor.this:${auth.home}}} | /srv",
                "${${no.such:redis.host}}         | redis.example",
                "x${no.such:}y                    | xy",
                "${ENV=NO_SUCH:there}             | there",
                "$${auth.home}                    | $/srv"
            })
    void whatAnExpressionNamesTakesItsPlace(String value, String resolved) {
        assertEquals(Optional.of(resolved), find("jwt.audience", value).value());
    }

    @Test
    void contentOfAVariableIsTakenToTheLetter() {
        assertEquals(
                Optional.of("<" + ENVIRONMENT.get("SECRET") + ">"),
                find("redis.password", "<${ENV=SECRET}>").value());
    }

    @Test
    void serversOwnAliasIsAskedForByItsWholeName() {
        set.put("${ALIAS=auth-redis}", "a${b}\\$"); // as Payara answers, to the letter
        assertEquals(
                Optional.of("a${b}\\$"),
                find("redis.password", "${ALIAS=auth-redis}").value());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${nope}correct horse  | holds a ${...} that cannot be resolved",
                "pa${nope}word         | holds a ${...} that cannot be resolved",
                "${nope}               | holds a ${...} that cannot be resolved",
                "${}                   | holds a ${...} that cannot be resolved",
                "${ENV=NOPE}           | holds a ${...} that cannot be resolved",
                "${ENV=EMPTY}          | holds a ${...} that cannot be resolved",
                "${ALIAS=nope}         | holds a ${...} that cannot be resolved",
                "${MPCONFIG=nope}      | holds a ${...} that cannot be resolved",
                "${no.such:${nope}}    | holds a ${...} that cannot be resolved",
                "${looked.up}          | holds a ${...} that cannot be resolved",
                "pa${ss                | holds an unclosed ${",
                "${a${b}               | holds an unclosed ${",
                "${nope:}              | is empty once its ${...} is resolved",
                "' ${nope:} '          | is empty once its ${...} is resolved",
                "a\\${auth.home}       | holds a \\${, and a backslash escapes nothing here: put the value into a variable"
                        + " and name that, as in ${ENV=MY_VALUE}, whose content is taken to the letter",
                "${redis.password}     | holds a ${...} that refers to itself",
                "${back.and.forth}     | holds a ${...} that refers to itself"
            })
    void whatCannotBeResolvedIsNeverTakenForNotSet(String value, String why) {
        set.put("looked.up", "x${nope}");
        set.put("back.and.forth", "${redis.password}");
        Property found = find("redis.password", value);

        assertEquals("redis.password " + why, found.fault().orElseThrow());
        assertTrue(found.source().contains("a test"));
        InvalidSettingException refusal = assertThrows(InvalidSettingException.class, found::value);
        assertEquals("redis.password " + why, refusal.getMessage());
        assertFalse(found.toString().contains("nope"));
    }

    @ParameterizedTest
    @CsvSource({
        "'secret\n', secret",
        "'secret\r\n', secret",
        "'secret\n\n', 'secret\n'",
        "'secret\r', 'secret\r'",
        "'secret\n ', 'secret\n '",
        "'\nsecret', '\nsecret'",
        "'two\nlines\n', 'two\nlines'"
    })
    void newlineAtTheEndOfASecretsFileIsNoPartOfIt(String content, String secret) {
        assertEquals(Optional.of(secret), find("redis.password", content).value());
        assertEquals(
                Optional.of("secret"), find("redis.password", "${ENV=ECHOED}").value());
        set.put("inner", content);
        assertEquals(Optional.of(secret), find("redis.password", "${inner}").value());
    }

    @Test
    void nothingIsNotSet() {
        assertEquals(Optional.empty(), find("redis.password").value());
        assertEquals(Optional.empty(), find("redis.password", "").value());
        assertEquals(Optional.empty(), find("redis.password", "\n").value());
        assertEquals("not set", find("redis.password").source());
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", ""})
    void serverThatWouldResolveExpressionsByItselfIsRefused(String enabled) {
        set.put(Config.PROPERTY_EXPRESSIONS_ENABLED, enabled);
        assertEquals(
                "mp.config.property.expressions.enabled must be false, as this service sets it: it resolves the"
                        + " expressions itself",
                assertThrows(InvalidSettingException.class, () -> find("redis.password"))
                        .getMessage());
    }
}
