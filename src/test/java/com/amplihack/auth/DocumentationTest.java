package com.amplihack.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.problem.ErrorCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents list is what the code knows. */
class DocumentationTest {
    @Test
    void everyErrorHasItsHeadingAndEveryHeadingItsError() throws IOException {
        Set<String> headings = Files.readAllLines(Path.of("docs/errors.md")).stream()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(
                Arrays.stream(ErrorCode.values()).map(ErrorCode::code).collect(Collectors.toCollection(TreeSet::new)),
                headings);
    }

    @Test
    void everyDefaultIsDocumentedAsItIs() throws IOException {
        Properties defaults = new Properties();
        try (Reader file =
                Files.newBufferedReader(Path.of("src/main/resources/META-INF/microprofile-config.properties"))) {
            defaults.load(file);
        }
        Set<String> documented = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("docs/configuration.md"))) {
            if (line.startsWith("| `")) {
                String[] cells = line.split("\\|");
                String[] names = code(cells[1]);
                String[] values = code(cells[2]);
                documented.addAll(Arrays.asList(names));
                boolean live = cells[4].strip().equals("live");
                for (String name : names) {
                    assertEquals(new Property(name, Optional.empty(), "").isLive(), live, name);
                }
                for (int i = 0; i < names.length; i++) {
                    String value = defaults.getProperty(names[i], "");
                    if (!value.isEmpty()) {
                        assertEquals(value, values[i], names[i]);
                    }
                }
            }
        }
        Set<String> missing = defaults.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("%") && !name.startsWith("mp."))
                .filter(name -> !documented.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyFamilyOfAttacksStandsInItsTables() throws IOException {
        String attacks = Files.readString(Path.of("docs/attacks.md"));
        String threats = Files.readString(Path.of("docs/threat-model.md"));
        try (Stream<Path> classes = Files.list(Path.of("src/test/java/com/amplihack/auth/attacks"))) {
            List<String> families = classes.map(
                            file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> name.endsWith("IT"))
                    .toList();
            assertFalse(families.isEmpty());
            for (String family : families) {
                assertTrue(attacks.contains('`' + family + '`'), family);
                assertTrue(threats.contains('`' + family + '`'), family);
            }
        }
    }

    /** {@code `ClassTest.method`}, or {@code `.method`} of the class that was named last. */
    @ParameterizedTest
    @ValueSource(strings = {"docs/attacks.md", "docs/reports.md"})
    void everyTestThatADocumentNamesIsThere(String document) throws IOException {
        Map<String, String> tests = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                tests.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        List<String> missing = new ArrayList<>();
        String type = "";
        Matcher named = Pattern.compile("`(\\w+(?:IT|Test|Contract))?(?:\\.(\\w+))?`")
                .matcher(Files.readString(Path.of(document)));
        while (named.find()) {
            type = named.group(1) == null ? type : named.group(1);
            String text = tests.getOrDefault(type, "");
            boolean known = named.group(2) == null
                    ? !text.isEmpty() || named.group(1) == null
                    : Pattern.compile("\\b" + named.group(2) + "\\b")
                            .matcher(text)
                            .find();
            if (!known) {
                missing.add(named.group());
            }
        }
        assertEquals(List.of(), missing);
    }

    private static String[] code(String cell) {
        return Pattern.compile("`([^`]+)`")
                .matcher(cell)
                .results()
                .map(match -> match.group(1))
                .toArray(String[]::new);
    }
}
