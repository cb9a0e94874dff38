package com.amplihack.auth.endpoint.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageWordsTest {
    /** Values that a page is filled with when it is answered. */
    private static final Set<String> VALUES = Set.of("name", "problem", "mfa_token");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de | de",
                "de-AT,de;q=0.9,en;q=0.8 | de",
                "fr,en;q=0.5,de;q=0.4 | en",
                "fr | en",
                "*;q=0.1 | en",
                ";;; | en",
                "en;q=9 | en",
            })
    void theLanguageIsTheOneThatIsPreferred(String header, String expected) {
        assertEquals(expected, PageWords.language(Optional.of(header)));
    }

    @Test
    void aHeaderThatIsTooLongIsNotRead() {
        assertEquals("en", PageWords.language(Optional.of("de,".repeat(200))));
        assertEquals("en", PageWords.language(Optional.empty()));
    }

    @Test
    void whatComesFromOutsideIsEscapedAndNeverAPlace() {
        assertEquals(
                "<p>&lt;b&gt; &amp;&quot;&#39; {{password}} $1 Name</p>",
                PageWords.fill("<p>{{name}} {{username}}</p>", "en", Map.of("name", "<b> &\"' {{password}} $1")));
    }

    @Test
    void everyPageHasItsWordsInBothLanguages() throws IOException {
        assertEquals(PageWords.bundle("en").keySet(), PageWords.bundle("de").keySet());
        Set<String> places = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/webapp"))) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".html")).toList()) {
                places.addAll(Pattern.compile("\\{\\{([^}]+)}}")
                        .matcher(Files.readString(page))
                        .results()
                        .map(place -> place.group(1))
                        .collect(Collectors.toSet()));
            }
        }
        places.removeAll(VALUES);
        Set<Object> words = new TreeSet<>(PageWords.bundle("en").keySet());
        assertTrue(words.containsAll(places), () -> places + " in " + words);
        words.removeAll(places);
        words.removeIf(key -> key.toString().startsWith("error."));
        assertEquals(Set.of(), words, "unused");
    }
}
