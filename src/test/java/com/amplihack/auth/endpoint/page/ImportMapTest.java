package com.amplihack.auth.endpoint.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportMapTest {
    private static final ImportMap MAP = ImportMap.parse(
            """
            {"imports":{"lit":"./webjars/lit/3/index.js","lit/":"./webjars/lit/3/","@lit/x":"./webjars/x.js"}}"""
                    .getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/a.js | import { html } from 'lit'; | import { html } from './webjars/lit/3/index.js';",
                "/ui/a.js | import{html}from\"lit\" | import{html}from\"../webjars/lit/3/index.js\"",
                "/ui/a.js | import 'lit' | import '../webjars/lit/3/index.js'",
                "/ui/b/a.js | export*from'lit/directives/live.js' | export*from'../../webjars/lit/3/directives/live.js'",
                "/a.js | await import('@lit/x') | await import('./webjars/x.js')",
                "/a.js | import x from './lit' | import x from './lit'",
                "/a.js | import x from 'other' | import x from 'other'",
                "/a.js | const from = 'lit' | const from = 'lit'",
            })
    void bareSpecifiersBecomeAddresses(String path, String module, String expected) {
        assertEquals(expected, MAP.apply(path, module));
    }

    @Test
    void aSpecifierOfTheMapIsTakenLiterally() {
        ImportMap map = ImportMap.parse("{\"imports\":{\"a\":\"./$1\"}}".getBytes(StandardCharsets.UTF_8));
        assertEquals("import './$1'", map.apply("/m.js", "import 'a'"));
    }
}
