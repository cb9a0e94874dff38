package com.amplihack.auth.tools.check;

import com.amplihack.auth.config.source.InvalidSettingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings that files of {@code asadmin} commands would give a domain.
 *
 * @param plain values as they stand in the files
 * @param secrets values behind password aliases; without those whose file is missing
 */
record AsadminSettings(Map<String, String> plain, Map<String, String> secrets) {
    private static final Pattern PROPERTY =
            Pattern.compile("set-config-property .*--propertyName (\\S+) --propertyValue (\\S.*)");
    private static final Pattern ALIAS = Pattern.compile("create-password-alias --passwordfile alias/(\\S+) (\\S+)");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{ALIAS=([^}]+)}");

    /**
     * Reads the files.
     *
     * @param folders where the file of each alias's secret is looked for, in this order
     * @throws InvalidSettingException for an alias that no file makes
     */
    static AsadminSettings read(List<Path> folders, List<Path> files) {
        Map<String, String> fileOfAlias = new HashMap<>();
        Map<String, String> plain = new HashMap<>();
        Map<String, String> secrets = new HashMap<>();
        for (String line : lines(files)) {
            Matcher alias = ALIAS.matcher(line);
            if (alias.matches()) {
                fileOfAlias.put(alias.group(2), alias.group(1));
            }
        }
        for (String line : lines(files)) {
            Matcher property = PROPERTY.matcher(line);
            if (property.matches()) {
                String value = unquoted(property.group(2));
                Matcher reference = REFERENCE.matcher(value);
                if (reference.matches()) {
                    String file = fileOfAlias.get(reference.group(1));
                    if (file == null) {
                        throw new InvalidSettingException(
                                property.group(1) + ": no file makes the alias " + reference.group(1));
                    }
                    folders.stream()
                            .map(folder -> folder.resolve(file))
                            .filter(Files::isReadable)
                            .findFirst()
                            .ifPresent(found ->
                                    secrets.put(property.group(1), read(found).strip()));
                } else {
                    plain.put(property.group(1), value);
                }
            }
        }
        return new AsadminSettings(plain, secrets);
    }

    private static List<String> lines(List<Path> files) {
        return files.stream()
                .flatMap(file -> read(file).lines())
                .map(String::strip)
                .toList();
    }

    private static String unquoted(String value) {
        String text = value.strip();
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
