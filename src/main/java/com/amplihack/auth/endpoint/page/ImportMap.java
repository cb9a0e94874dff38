package com.amplihack.auth.endpoint.page;

import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An import map (HTML standard, section 8.1.6.2) applied by the server: browsers take one from an inline script alone, which
 * our Content-Security-Policy forbids. Knows the member {@code imports}, whose addresses are relative to the context root.
 */
final class ImportMap {
    private static final Pattern STATIC_OR_DYNAMIC_IMPORT =
            Pattern.compile("(\\bfrom\\s*|\\bimport\\s*\\(?\\s*)([\"'])([@A-Za-z][^\"'\\s]*)\\2");

    private final Map<String, String> addresses;

    private ImportMap(Map<String, String> addresses) {
        this.addresses = addresses;
    }

    /** Reads a map such as {@code {"imports":{"lit":"./webjars/lit/3.3.1/index.js"}}}. */
    static ImportMap parse(byte[] json) {
        JsonObject imports = StrictJson.parse(json).getJsonObject("imports");
        return new ImportMap(imports.entrySet().stream()
                .collect(Collectors.toMap(
                        Entry::getKey,
                        entry -> ((JsonString) entry.getValue()).getString().substring(1),
                        (first, second) -> second,
                        TreeMap::new)));
    }

    /**
     * Replaces the bare specifiers of a module by relative URLs, which hold below any prefix that a proxy adds.
     *
     * @param path of the module, from the context root
     */
    String apply(String path, String module) {
        return STATIC_OR_DYNAMIC_IMPORT
                .matcher(module)
                .replaceAll(found -> Matcher.quoteReplacement(address(found.group(3))
                        .map(target -> found.group(1) + found.group(2) + relative(path, target) + found.group(2))
                        .orElse(found.group())));
    }

    /** The longest key that is the specifier, or a prefix of it that ends in a slash. */
    private Optional<String> address(String specifier) {
        String exact = addresses.get(specifier);
        if (exact != null) {
            return Optional.of(exact);
        }
        return addresses.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("/") && specifier.startsWith(entry.getKey()))
                .reduce((shorter, longer) ->
                        shorter.getKey().length() > longer.getKey().length() ? shorter : longer)
                .map(entry ->
                        entry.getValue() + specifier.substring(entry.getKey().length()));
    }

    private static String relative(String from, String to) {
        long depth = from.chars().filter(c -> c == '/').count() - 1;
        return depth == 0 ? "." + to : "../".repeat((int) depth) + to.substring(1);
    }
}
