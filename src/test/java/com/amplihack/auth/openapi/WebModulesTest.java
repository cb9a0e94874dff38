package com.amplihack.auth.openapi;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The modules in {@code src/main/webapp}: their words, the operations that they call, and what they load. */
class WebModulesTest {
    private static final Path WEBAPP = Path.of("src/main/webapp");
    private static final Pattern MESSAGE = Pattern.compile("(?m)^  '([a-zA-Z0-9_.-]+)':");
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");
    private static final Pattern USED = Pattern.compile("(?:\\bt|hasMessage)\\(\\s*'([a-zA-Z0-9_.-]+)'");

    /** A key in a condition, as in {@code t(some ? 'a.b' : 'c.d')}, or in a table. */
    private static final Pattern MENTIONED = Pattern.compile("'([a-z][a-zA-Z0-9_-]*(?:\\.[a-zA-Z0-9_-]+)*)'");

    private static final Pattern COMPOSED =
            Pattern.compile("\\bt\\([^)]*?`([a-zA-Z0-9_.-]*)\\$\\{|hasMessage\\(`([a-z.]+)\\$\\{");
    private static final Pattern OPERATION =
            Pattern.compile("(?m)^\\s+(\\w+): '(GET|POST|PUT|PATCH|DELETE) (/[^']*)',?");

    @Test
    void bothLanguagesSayTheSameThings() throws IOException {
        for (Path directory : messageDirectories()) {
            Map<String, String> english = messages(directory.resolve("en.js"));
            Map<String, String> german = messages(directory.resolve("de.js"));
            assertEquals(english.keySet(), german.keySet(), directory.toString());
            english.forEach((key, line) -> {
                if (!line.contains("=>") && !german.getOrDefault(key, "").contains("=>")) {
                    assertEquals(places(line), places(german.getOrDefault(key, "")), key);
                }
            });
        }
    }

    @Test
    void everyMessageIsUsedAndNoneIsMissing() throws IOException {
        Set<String> known = new TreeSet<>();
        for (Path directory : messageDirectories()) {
            for (String key : messages(directory.resolve("en.js")).keySet()) {
                assertTrue(known.add(key), "twice: " + key);
            }
        }
        String all = modules().stream().map(WebModulesTest::read).collect(Collectors.joining("\n"));
        Set<String> used = groups(USED, all);
        used.removeAll(known);
        assertEquals(Set.of(), used, "missing");

        Set<String> unused = new TreeSet<>(known);
        unused.removeAll(groups(MENTIONED, all));
        Set<String> prefixes = groups(COMPOSED, all);
        unused.removeIf(key -> prefixes.stream().anyMatch(prefix -> !prefix.isEmpty() && key.startsWith(prefix)));
        assertEquals(Set.of(), unused, "unused");
    }

    /** The names are those of the OpenAPI document, and so are method and path. */
    @Test
    void everyOperationIsOneOfTheDocument() {
        List<String> wrong = new ArrayList<>();
        int found = 0;
        for (Path module : modules()) {
            Matcher operation = OPERATION.matcher(read(module));
            while (operation.find()) {
                found++;
                boolean same =
                        OpenApi.get()
                                .find(operation.group(2), operation.group(3).replaceAll("[{}]", ""))
                                .stream()
                                .anyMatch(known -> known.id().equals(operation.group(1)));
                if (!same) {
                    wrong.add(module + ": " + operation.group().strip());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(found > 20, found + " operations");
    }

    @Test
    void theAuditsFilterOffersEveryEvent() {
        assertEquals(
                Stream.of(AuditEvent.values()).map(AuditEvent::name).toList(),
                Pattern.compile("'([A-Z_]+)'")
                        .matcher(read(WEBAPP.resolve("admin/audit-events.js")))
                        .results()
                        .map(event -> event.group(1))
                        .toList());
    }

    /** In the other languages as well: their keys are the same. */
    @Test
    void everyEventIsToldInWords() {
        String words = read(WEBAPP.resolve("admin/messages/en.js"));
        assertEquals(
                List.of(),
                Stream.of(AuditEvent.values())
                        .map(AuditEvent::name)
                        .filter(event -> !words.contains("'admin.event." + event + "':"))
                        .toList());
    }

    @Test
    void theVersionsOfTheLibrariesAreThoseOfThePom() {
        String pom = read(Path.of("pom.xml"));
        Map<String, String> versions = Map.of(
                "lit/", "lit.version",
                "lit-html/", "lit-html.version",
                "lit-element/", "lit-element.version",
                "lit__reactive-element/", "reactive-element.version",
                "picocss__pico/", "pico.version",
                "chart.js/", "chart.js.version");
        Pattern address = Pattern.compile("webjars/([^/\"]+/)([^/\"]+)/");
        int found = 0;
        for (Path file : files(".html", ".json")) {
            Matcher matcher = address.matcher(read(file));
            while (matcher.find()) {
                found++;
                String property = versions.get(matcher.group(1));
                assertTrue(pom.contains("<" + property + ">" + matcher.group(2) + "</"), file + ": " + matcher.group());
            }
        }
        assertTrue(found > 10, found + " addresses");
    }

    /** Neither scripts, styles nor handlers inline: the Content-Security-Policy forbids them. */
    @Test
    void nothingIsInline() {
        for (Path page : files(".html")) {
            String text = read(page);
            assertFalse(
                    Pattern.compile("<script(?![^>]*\\bsrc=)|<style|\\sstyle=|\\son[a-z]+=")
                            .matcher(text)
                            .find(),
                    page.toString());
        }
        for (Path module : modules()) {
            String text = read(module);
            assertFalse(
                    Pattern.compile(
                                    "innerHTML|insertAdjacentHTML|\\beval\\(|new Function|styleMap|\\sstyle=|unsafeHTML|document\\.write")
                            .matcher(text)
                            .find(),
                    module.toString());
        }
    }

    private static List<Path> messageDirectories() {
        return files("en.js").stream()
                .filter(file -> file.getFileName().toString().equals("en.js"))
                .map(Path::getParent)
                .toList();
    }

    private static Map<String, String> messages(Path file) {
        Map<String, String> messages = new TreeMap<>();
        for (String line : read(file).split("\n")) {
            Matcher key = MESSAGE.matcher(line);
            if (key.find()) {
                messages.put(key.group(1), line.substring(key.end()));
            }
        }
        return messages;
    }

    private static Set<String> places(String line) {
        return PLACE.matcher(line).results().map(place -> place.group(1)).collect(toCollection(TreeSet::new));
    }

    private static Set<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1) == null ? found.group(2) : found.group(1))
                .collect(toCollection(TreeSet::new));
    }

    private static List<Path> modules() {
        return files(".js").stream()
                .filter(file -> !file.getParent().endsWith("messages"))
                .toList();
    }

    private static List<Path> files(String... endings) {
        try (Stream<Path> tree = Files.walk(WEBAPP)) {
            return tree.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
