package com.amplihack.auth.audit;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The closed files of an audit log, which lie beside it: {@code audit-000000012345-20261129.jsonl} ended with the line of
 * {@code seq} 12345 on that day (UTC). Their names sort as they were written.
 */
public final class RotatedFiles {
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    private final Path directory;
    private final String stem;
    private final String extension;
    private final Pattern form;

    /**
     * A closed file.
     *
     * @param lastSeq of its last line
     * @param day (UTC) of its last line
     */
    public record Rotated(Path path, long lastSeq, LocalDate day) {}

    /** @param file the audit file, which is being written */
    public RotatedFiles(Path file) {
        Path absolute = file.toAbsolutePath();
        String name = String.valueOf(absolute.getFileName());
        int dot = name.lastIndexOf('.');
        directory = absolute.resolveSibling(".").normalize();
        stem = dot > 0 ? name.substring(0, dot) : name;
        extension = dot > 0 ? name.substring(dot) : "";
        form = Pattern.compile(Pattern.quote(stem) + "-(\\d{12,18})-(\\d{8})" + Pattern.quote(extension));
    }

    /** The name under which a file is closed. */
    Path name(long lastSeq, LocalDate day) {
        return directory.resolve(
                String.format(Locale.ROOT, "%s-%012d-%s%s", stem, lastSeq, DAY.format(day), extension));
    }

    /**
     * The closed files, the oldest first.
     *
     * @throws IOException when the directory cannot be read
     */
    public List<Rotated> list() throws IOException {
        List<Rotated> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path path : files) {
                add(found, path);
            }
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
        found.sort(Comparator.comparingLong(Rotated::lastSeq)
                .thenComparing(file -> file.path().toString()));
        return found;
    }

    private void add(List<Rotated> found, Path path) {
        Matcher name = form.matcher(String.valueOf(path.getFileName()));
        if (name.matches() && Files.isRegularFile(path)) {
            try {
                found.add(new Rotated(path, Long.parseLong(name.group(1)), LocalDate.parse(name.group(2), DAY)));
            } catch (DateTimeParseException foreign) {
                // somebody else's file
            }
        }
    }

    /** {@code seq} of the last line of the youngest closed file. */
    OptionalLong lastSequence() throws IOException {
        List<Rotated> files = list();
        return files.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(files.get(files.size() - 1).lastSeq());
    }
}
