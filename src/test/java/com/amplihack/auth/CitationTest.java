package com.amplihack.auth;

import static com.amplihack.auth.DocumentationTest.filesUnder;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What any file of the repository cites or names is there. */
class CitationTest {
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

    /** In pages that name no class of others: {@code `ClassName`} or {@code `ClassName.member`}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONTRIBUTING.md",
                "docs/lockout.md",
                "docs/many-nodes.md",
                "docs/outage-policy.md",
                "docs/refresh-protocol.md",
                "docs/tasks/add-a-metric.md",
                "docs/tasks/add-a-setting.md",
                "docs/tasks/add-a-store-operation.md",
                "docs/tasks/add-an-endpoint.md",
                "docs/tasks/add-an-error-code.md",
                "docs/threat-model.md"
            })
    void everyClassThatADocumentNamesIsThere(String document) throws IOException {
        Set<String> known = new TreeSet<>(Set.of("ExampleIT"));
        for (Path file : filesUnder("src/main/java", "src/test/java")) {
            Pattern.compile("\\b(?:class|record|enum|interface) (\\w+)")
                    .matcher(Files.readString(file))
                    .results()
                    .forEach(type -> known.add(type.group(1)));
        }
        Set<String> missing = Pattern.compile("`([A-Z][a-z]+[A-Z]\\w*)(?:\\.\\w+)?`")
                .matcher(withoutBlocks(Files.readString(Path.of(document))))
                .results()
                .map(name -> name.group(1))
                .filter(name -> !known.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    /** Links of Markdown with their anchors, and paths, pages and ADRs that any text file names. */
    @Test
    void whateverAFileCitesIsThere() throws IOException {
        Pattern link = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
        Pattern path = Pattern.compile(
                "(?<![\\w./-])(?:docs|src|server-config|\\.ci)/[\\w./-]*\\w|(?<![\\w./-])[\\w-]+\\.md\\b");
        Pattern decision = Pattern.compile("\\bADR (\\d+)");
        List<String> missing = new ArrayList<>();
        for (Path file : textFiles()) {
            String text = Files.readString(file);
            if (file.toString().endsWith(".md")) {
                text = withoutBlocks(text);
                link.matcher(text).results().forEach(found -> {
                    if (!found.group(1).contains(":") && !resolves(file, found.group(1), found.group(2))) {
                        missing.add(file + ": " + found.group());
                    }
                });
            }
            path.matcher(text.replaceAll("\\[[^\\]]*\\]\\([^)]*\\)", ""))
                    .results()
                    .forEach(found -> {
                        if (!isThere(file, found.group())) {
                            missing.add(file + ": " + found.group());
                        }
                    });
            decision.matcher(text).results().forEach(found -> {
                if (!startsAFile(Path.of("docs/adr"), String.format("%04d-", Integer.parseInt(found.group(1))))) {
                    missing.add(file + ": " + found.group());
                }
            });
        }
        assertEquals(List.of(), missing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs", "docs/adr"})
    void theIndexLeadsToEveryPage(String folder) throws IOException {
        String index = Files.readString(Path.of(folder, "README.md"));
        List<String> missing = filesUnder(folder).stream()
                .map(page -> Path.of(folder).relativize(page).toString())
                .filter(page -> page.endsWith(".md") && !page.equals("README.md"))
                .filter(page -> !page.startsWith("adr/") && !index.contains('(' + page + ')'))
                .toList();
        assertEquals(List.of(), missing);
    }

    /** A path from the repository's root or from the file's own folder; a name may stop in its middle ({@code docs/adr/0007}). */
    private static boolean isThere(Path file, String path) {
        return Stream.of(Path.of(path), file.resolveSibling(path))
                .map(Path::normalize)
                .anyMatch(cited -> Files.exists(cited)
                        || cited.getParent() != null && startsAFile(cited.getParent(), cited.getFileName() + "-"));
    }

    private static boolean startsAFile(Path folder, String start) {
        String[] names = folder.toFile().list((directory, name) -> name.startsWith(start));
        return names != null && names.length > 0;
    }

    private static boolean resolves(Path file, String target, String anchor) {
        Path page = target.isEmpty() ? file : file.resolveSibling(target).normalize();
        return Files.exists(page) && (anchor == null || !page.toString().endsWith(".md") || hasHeading(page, anchor));
    }

    /** By the anchors that GitHub makes of headings. */
    private static boolean hasHeading(Path page, String anchor) {
        try {
            return withoutBlocks(Files.readString(page))
                    .lines()
                    .filter(line -> line.startsWith("#"))
                    .map(line -> line.replaceFirst("^#+ ", "")
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-'))
                    .anyMatch(anchor::equals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutBlocks(String markdown) {
        return markdown.replaceAll("(?ms)^ *```.*?^ *```$", "");
    }

    private static List<Path> textFiles() throws IOException {
        List<Path> files = new ArrayList<>(filesUnder("docs", "src", "server-config", ".ci"));
        files.addAll(List.of(Path.of("pom.xml")));
        for (String name : Path.of("").toAbsolutePath().toFile().list((directory, name) -> name.endsWith(".md"))) {
            files.add(Path.of(name));
        }
        files.removeIf(file -> file.toString().matches(".*\\.(png|ico|woff2?|p12|jks|jar)"));
        return files;
    }
}
