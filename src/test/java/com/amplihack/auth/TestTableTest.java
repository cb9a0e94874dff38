package com.amplihack.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each test class belongs to a run, and docs/testing.md says to which. */
class TestTableTest {
    private static final Path SOURCES = Path.of("src/test/java");
    private static final Path PAGE = Path.of("docs/testing.md");
    private static final String PACKAGE = "com.amplihack.auth";

    /** What runs again with the memory store, unless it is tagged {@code one-store}: pom.xml names them as well. */
    private static final Set<String> BOTH_STORES = Set.of("http", "attacks");

    /** Rewrites the table when it is run with {@code -Dtable=update}. */
    @Test
    void theTableSaysInWhichRunEachTestClassIs() throws IOException {
        String page = Files.readString(PAGE);
        Pattern table = Pattern.compile("(?m)^\\| package \\|.*\\n(\\|.*\\n)+");
        if ("update".equals(System.getProperty("table"))) {
            page = table.matcher(page).replaceFirst(table().replace("$", "\\$"));
            Files.writeString(PAGE, page);
        }
        assertEquals(
                table(),
                table.matcher(page).results().map(match -> match.group()).collect(Collectors.joining()),
                "docs/testing.md: mvn test -Dtest=TestTableTest -Dtable=update");
    }

    @Test
    void noClassWithTestsHasANameThatNoRunTakes() throws IOException {
        for (Class<?> type : classes(name -> !isTest(name))) {
            boolean runs = Arrays.stream(type.getDeclaredMethods())
                    .flatMap(method -> Arrays.stream(method.getAnnotations()))
                    .anyMatch(annotation -> annotation
                                    .annotationType()
                                    .getName()
                                    .startsWith("org.junit.jupiter")
                            && annotation.annotationType().getSimpleName().endsWith("Test"));
            assertFalse(runs && !Modifier.isAbstract(type.getModifiers()), type.getName());
        }
    }

    @Test
    void whatGoesThroughTheStoreCanRunWithBoth() throws IOException {
        for (Class<?> type : classes(TestTableTest::isTest)) {
            if (has(type, "store")) {
                assertTrue(BOTH_STORES.contains(room(type)) && !has(type, "one-store"), type.getName());
            }
        }
    }

    @Test
    void theRunsAreThoseOfThePom() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        for (String line : List.of(
                "<tests.excluded>full</tests.excluded>",
                "<tests.repeated>store</tests.repeated>",
                "<excludedGroups>${tests.excluded}</excludedGroups>",
                "<groups>${tests.repeated}</groups>",
                "<excludedGroups>one-store,${tests.excluded}</excludedGroups>")) {
            assertTrue(pom.contains(line), line);
        }
        assertEquals(
                BOTH_STORES,
                Pattern.compile("<include>\\*\\*/(\\w+)/\\*IT\\.java</include>")
                        .matcher(pom)
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet()));
    }

    private static String table() throws IOException {
        Map<String, List<Class<?>>> rooms = classes(TestTableTest::isTest).stream()
                .collect(Collectors.groupingBy(TestTableTest::room, TreeMap::new, Collectors.toList()));
        StringBuilder table =
                new StringBuilder("| package | each run | the same with the memory store | full alone |\n");
        table.append("| --- | --- | --- | --- |\n");
        rooms.forEach((room, types) -> table.append("| `")
                .append(room)
                .append("` | ")
                .append(names(types, type -> !has(type, "full")))
                .append(" | ")
                .append(names(types, type -> has(type, "store")))
                .append(" | ")
                .append(names(types, type -> has(type, "full") || hasSome(type, "full")))
                .append(" |\n"));
        return table.toString().replaceAll(" +\\|", " |");
    }

    private static String names(List<Class<?>> types, Predicate<Class<?>> chosen) {
        return types.stream()
                .filter(chosen)
                .map(type -> type.getSimpleName() + (has(type, "full") || !hasSome(type, "full") ? "" : " (in part)"))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static boolean isTest(String name) {
        return name.endsWith("Test") || name.endsWith("IT");
    }

    private static boolean hasSome(Class<?> type, String tag) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(method -> has(method, tag));
    }

    private static boolean has(AnnotatedElement element, String tag) {
        return Arrays.stream(element.getAnnotationsByType(Tag.class))
                .anyMatch(each -> each.value().equals(tag));
    }

    private static String room(Class<?> type) {
        return type.getPackageName().substring(PACKAGE.length()).replaceFirst("^\\.", "");
    }

    /** Those of every source file whose name is so; none is initialized. */
    private static List<Class<?>> classes(Predicate<String> chosen) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.map(file -> SOURCES.relativize(file).toString())
                    .filter(file -> file.endsWith(".java"))
                    .map(file -> file.replace(".java", "").replace('/', '.').replace('\\', '.'))
                    .filter(chosen)
                    .<Class<?>>map(TestTableTest::load)
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, TestTableTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
