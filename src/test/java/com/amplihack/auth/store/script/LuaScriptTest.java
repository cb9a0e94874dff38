package com.amplihack.auth.store.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Redis gets of a script and its libraries. */
class LuaScriptTest {
    private static final String LIBRARY =
            """
            -- What stands here.

            local LIMIT, OTHER = 5, 6 -- of something

            -- The first.
            local function first(x)
              return x + LIMIT
            end

            local function nobodys(x)
              return first(x)
            end

            local function last(x)
              -- as above
              return first(x)
            end
            """;

    @Test
    void ofALibraryAScriptGetsWhatItUsesAndWhatThatUses() {
        assertEquals(
                """
                local LIMIT, OTHER = 5, 6 -- of something

                local function first(x)
                  return x + LIMIT
                end

                local function last(x)
                  return first(x)
                end
                """,
                LuaScript.used(LIBRARY, "return last(1)\n"));
        assertEquals("", LuaScript.used(LIBRARY, "return firsts(1)\n"));
    }

    /** Each definition costs time at every call. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PING", "COUNT"})
    void noScriptDefinesWhatItDoesNotUse(StoreOperation operation) {
        String text = operation.script().text();

        for (MatchResult definition : Pattern.compile("(?m)^local (?:function )?(\\w+)(?:, (\\w+))*")
                .matcher(text)
                .results()
                .toList()) {
            String rest = text.substring(definition.end());
            assertTrue(
                    Pattern.compile("\\b(?:"
                                    + definition
                                            .group()
                                            .replaceFirst("local (function )?", "")
                                            .replace(", ", "|") + ")\\b")
                            .matcher(rest)
                            .find(),
                    definition.group());
        }
        assertFalse(Pattern.compile("(?m)^ *--").matcher(text).find(), "comments");
        assertFalse(Pattern.compile("\\b[FK]\\.\\w").matcher(text).find(), "names of fields");
        assertFalse(text.contains("include"), "a library that is not there");
    }

    @Test
    void aRequestThatIsNotMeteredDefinesNothingOfBudgets() {
        String text = StoreOperation.ADMIT.script().text();

        assertTrue(text.indexOf("if ARGV[10] ~= '' then") < text.indexOf("local function reserve("));
        assertTrue(text.indexOf("local function reserve(") < text.lastIndexOf("ADMITTED"));
    }
}
