package com.amplihack.auth.endpoint.page;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The files of the pages, each prepared when it is first asked for and then kept: there are as many as the WAR has, some 500
 * KB. The bare specifiers of modules are resolved by {@code ui/importmap.json}.
 */
@Singleton
class PageFiles {
    private static final String HTML = ".html";
    private static final String IMPORT_MAP = "/ui/importmap.json";

    /** No dot segment, and nothing of {@code WEB-INF}. */
    private static final Pattern PATH =
            Pattern.compile("(?:/[a-z0-9_@-][a-z0-9._@-]{0,63}){0,7}/[a-z0-9_-][a-z0-9._-]{0,63}\\.(html|js|css|svg)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml");

    private final ServletContext context;
    private final Map<String, PageFile> files = new ConcurrentHashMap<>();

    @Inject
    PageFiles(ServletContext context) {
        this.context = context;
    }

    /**
     * The file of a path, if there is one.
     *
     * @param path from the context root; a directory means its {@code index.html}
     * @param language one of {@link PageWords#LANGUAGES}, for pages with words in them
     */
    Optional<PageFile> find(String path, String language) {
        String name = path.endsWith("/") ? path + "index.html" : path;
        String key = name.endsWith(HTML) ? name + '#' + language : name;
        PageFile known = files.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        if (!PATH.matcher(name).matches()) {
            return Optional.empty();
        }
        return read(name)
                .map(content -> files.computeIfAbsent(key, absent -> {
                    byte[] prepared = prepare(name, language, content);
                    return new PageFile(type(name), prepared, Arrays.equals(prepared, content));
                }));
    }

    /** A page of {@code WEB-INF/pages}, filled with words and with values, which are escaped. */
    String filled(String page, String language, Map<String, String> values) {
        byte[] template = read("/WEB-INF/pages/" + page + HTML).orElseThrow(() -> new IllegalStateException(page));
        return PageWords.fill(new String(template, StandardCharsets.UTF_8), language, values);
    }

    private static String type(String name) {
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private byte[] prepare(String name, String language, byte[] content) {
        if (name.endsWith(HTML)) {
            return PageWords.fill(new String(content, StandardCharsets.UTF_8), language, Map.of())
                    .getBytes(StandardCharsets.UTF_8);
        }
        if (!name.endsWith(".js")) {
            return content;
        }
        ImportMap map = ImportMap.parse(read(IMPORT_MAP).orElseThrow(() -> new IllegalStateException(IMPORT_MAP)));
        return map.apply(name, new String(content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private Optional<byte[]> read(String name) {
        try (InputStream stream = context.getResourceAsStream(name)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
