package com.amplihack.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.ErrorCode;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
    void everyMetricIsListed() throws IOException {
        String listed = Files.readString(Path.of("docs/metrics.md"));
        Set<String> missing = new TreeSet<>();
        for (Path file : filesUnder("src/main/java")) {
            Pattern.compile(file.toString().contains("metrics") ? "\"((?:jwt|auth)_[a-z_]+)\"" : "\"(jwt_[a-z_]+)\"")
                    .matcher(Files.readString(file))
                    .results()
                    .map(name -> name.group(1))
                    .filter(name -> !listed.contains('`' + name + '`') && !listed.contains('`' + name + "_seconds`"))
                    .forEach(missing::add);
        }
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

    /** docs/specification.md against the tags of the test classes, both ways. */
    @Test
    void everyFaultOfTheSpecificationIsHeldByTheTestsThatTheTableNames() throws Exception {
        Map<String, Set<String>> listed = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/specification.md"))) {
            Matcher row = Pattern.compile("\\| (\\d+) \\|.*\\|([^|]*)\\|").matcher(line);
            if (row.matches()) {
                listed.put("fault-" + row.group(1), new TreeSet<>(Arrays.asList(code(row.group(2)))));
            }
        }
        Map<String, Set<String>> tagged = new TreeMap<>();
        for (Path file : filesUnder("src/test/java")) {
            String name = Path.of("src/test/java").relativize(file).toString();
            if (name.matches(".*(Test|IT|Contract)\\.java")) {
                Class<?> type = Class.forName(
                        name.replace(".java", "").replace('/', '.'),
                        false,
                        getClass().getClassLoader());
                addTags(tagged, type, type.getSimpleName());
                for (Method method : type.getDeclaredMethods()) {
                    addTags(tagged, method, type.getSimpleName() + '.' + method.getName());
                }
            }
        }

        assertEquals(tagged, listed);
        assertEquals(45, listed.size());
    }

    private static void addTags(Map<String, Set<String>> tagged, AnnotatedElement element, String name) {
        for (Tag tag : element.getDeclaredAnnotationsByType(Tag.class)) {
            if (tag.value().startsWith("fault-")) {
                tagged.computeIfAbsent(tag.value(), fault -> new TreeSet<>()).add(name);
            }
        }
    }

    static List<Path> filesUnder(String... folders) throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !file.toString().contains("node_modules"))
                        .forEach(all::add);
            }
        }
        return all;
    }

    private static String[] code(String cell) {
        return Pattern.compile("`([^`]+)`")
                .matcher(cell)
                .results()
                .map(match -> match.group(1))
                .toArray(String[]::new);
    }
}
