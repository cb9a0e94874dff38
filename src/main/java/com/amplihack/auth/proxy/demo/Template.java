package com.amplihack.auth.proxy.demo;

import com.amplihack.auth.web.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of {@code /demo} in which <code>${name}</code> stands for a value, which is JSON. */
final class Template {
    private static final Pattern NAME = Pattern.compile("\\$\\{([a-z]+)}");
    private static final String WORD = "word";

    private final String text;

    private Template(String text) {
        this.text = text;
    }

    /** The template of one JSON value. */
    static Template json(String name) {
        return new Template(read(name + ".json").strip());
    }

    /** The template of server-sent events. */
    static Template events(String name) {
        return new Template(read(name + ".sse"));
    }

    String fill(Map<String, ?> values) {
        return fill(text, values);
    }

    /** The events, numbered by <code>${sequence}</code>; one with <code>${word}</code> stands for an event a word. */
    List<String> events(Map<String, ?> values, List<String> words) {
        List<String> events = new ArrayList<>();
        for (String event : List.of(text.split("(?<=\n\n)"))) {
            for (String word : event.contains("${" + WORD + "}") ? words : List.of("")) {
                Map<String, Object> all = new HashMap<>(values);
                all.put(WORD, quoted(word));
                all.put("sequence", events.size());
                events.add(fill(event, all));
            }
        }
        return events;
    }

    /** A text as a JSON string. */
    static String quoted(String text) {
        return StrictJson.provider().createValue(text).toString();
    }

    private static String fill(String text, Map<String, ?> values) {
        return NAME.matcher(text)
                .replaceAll(name -> Matcher.quoteReplacement(String.valueOf(values.get(name.group(1)))));
    }

    private static String read(String file) {
        try (InputStream in = Template.class.getResourceAsStream("/demo/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
