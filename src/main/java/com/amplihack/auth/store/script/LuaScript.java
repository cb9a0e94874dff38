package com.amplihack.auth.store.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A script from {@code /lua} with what it uses of {@code prelude.lua} in front and, in place of each line {@code -- include
 * name}, with what it uses of that library. Redis runs a script from its first line on at every call: each definition that
 * nobody uses would be made, and thrown away, again and again. For the same reason the names of fields become the texts that
 * they stand for. Comments are left out.
 */
public final class LuaScript {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^ *-- include (\\w+)\n");
    private static final Pattern COMMENT = Pattern.compile("(?m)^ *--.*\n");

    /** Begins a definition of a library: in the first column, and nothing else of a library does. */
    private static final Pattern DEFINITION = Pattern.compile("(?m)^local (?:function )?(\\w+(?:, \\w+)*)");

    /** A table of field names, and one of them. */
    private static final Pattern FIELDS = Pattern.compile("(?m)^local ([A-Z]) = \\{([^}]*)}\n");

    private static final Pattern FIELD = Pattern.compile("(\\w+) = ('\\w+')");

    private static final Pattern WORD = Pattern.compile("\\w+");

    private final String name;

    /** Of the first use: a start needs few scripts. */
    private volatile @Nullable Linked linked;

    private record Linked(String text, String sha1) {}

    LuaScript(String name) {
        this.name = name;
    }

    private Linked linked() {
        Linked known = linked;
        if (known == null) {
            String text = link(read(name));
            known = new Linked(text, sha1(text));
            linked = known;
        }
        return known;
    }

    private static String link(String script) {
        String whole = script;
        for (Matcher include = INCLUDE.matcher(whole); include.find(); include = INCLUDE.matcher(whole)) {
            String after = whole.substring(include.end());
            whole = whole.substring(0, include.start()) + used(read(include.group(1)), after) + after;
        }
        whole = COMMENT.matcher(whole).replaceAll("");
        return withoutFields(used(read("prelude"), whole) + whole);
    }

    /** The definitions of a library that a script uses, or that those use. */
    static String used(String library, String script) {
        String definitions = COMMENT.matcher(library).replaceAll("");
        List<MatchResult> all = DEFINITION.matcher(definitions).results().toList();
        Set<String> words = words(script);
        String used = "";
        int end = definitions.length();
        for (int i = all.size() - 1; i >= 0; i--) { // a definition uses those above it
            MatchResult names = all.get(i);
            String definition = definitions.substring(names.start(), end);
            if (Stream.of(names.group(1).split(", ")).anyMatch(words::contains)) {
                words.addAll(words(definition));
                used = definition + used;
            }
            end = names.start();
        }
        return used;
    }

    private static Set<String> words(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(HashSet::new));
    }

    private static String withoutFields(String script) {
        String rest = FIELDS.matcher(script).replaceAll("");
        for (MatchResult fields : FIELDS.matcher(script).results().toList()) {
            for (MatchResult field : FIELD.matcher(fields.group(2)).results().toList()) {
                rest = rest.replaceAll("\\b" + fields.group(1) + "\\." + field.group(1) + "\\b", field.group(2));
            }
        }
        return rest;
    }

    public String text() {
        return linked().text();
    }

    /** The digest by which {@code EVALSHA} names the script. */
    public String sha1() {
        return linked().sha1();
    }

    private static String read(String name) {
        try (InputStream in = LuaScript.class.getResourceAsStream("/lua/" + name + ".lua")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Redis identifies scripts by SHA-1; security does not depend on it. */
    private static String sha1(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
