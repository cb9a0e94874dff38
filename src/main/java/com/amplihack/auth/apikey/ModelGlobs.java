package com.amplihack.auth.apikey;

import java.util.List;
import java.util.regex.Pattern;

/** Patterns of model names, in which only {@code *} is special: any characters, or none. */
public final class ModelGlobs {
    /** Longest pattern in characters. */
    public static final int MAX_LENGTH = 128;

    private static final Pattern GLOB = Pattern.compile("[A-Za-z0-9*][A-Za-z0-9._:/@+*-]{0," + (MAX_LENGTH - 1) + "}");

    private ModelGlobs() {}

    /** Whether a text is a pattern. */
    public static boolean isGlob(String text) {
        return GLOB.matcher(text).matches();
    }

    /** Whether a model may be asked for: no pattern allows any, else one must match the whole name, in its case. */
    public static boolean allow(List<String> globs, String model) {
        return globs.isEmpty() || globs.stream().anyMatch(glob -> matches(glob, model));
    }

    /** Takes for each part between asterisks its first occurrence, so that nothing is tried twice. */
    private static boolean matches(String glob, String model) {
        String[] parts = glob.split("\\*", -1);
        String last = parts[parts.length - 1];
        if (parts.length == 1) {
            return model.equals(glob);
        }
        int end = model.length() - last.length();
        if (!model.startsWith(parts[0]) || !model.endsWith(last) || end < parts[0].length()) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = model.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return at <= end;
    }
}
