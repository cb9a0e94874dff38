package com.amplihack.auth.users.password;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists in the form of Have I Been Pwned's downloader, and what is none. */
class BreachedPasswordsTest {
    private static final int MANY = 100_000;

    @TempDir
    private Path directory;

    private Path file;

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void everyPasswordOfALongListIsFoundAndNoOther(String lineEnd) throws IOException {
        List<String> lines = lines(MANY);
        for (String last : List.of(lineEnd, "")) {
            BreachedPasswords list = list(String.join(lineEnd, lines) + last);
            list.check();

            for (int i = 0; i < MANY; i += 97) {
                assertTrue(list.contains(Secret.of("breached " + i)), "breached " + i);
                assertFalse(list.contains(Secret.of("unheard of " + i)), "unheard of " + i);
            }
        }
    }

    @Test
    void theFirstAndTheLastLineAndWhatLiesBeyondThem() throws IOException {
        List<String> lines = lines(1_000);
        List<String> some = lines.subList(1, lines.size() - 1);
        for (String text : List.of(String.join("\n", some), String.join("\r\n", some) + "\r\n")) {
            BreachedPasswords list = list(text);

            assertTrue(list.contains(passwordOf(some.get(0))));
            assertTrue(list.contains(passwordOf(some.get(some.size() - 1))));
            assertFalse(list.contains(passwordOf(lines.get(0))), "before the first");
            assertFalse(list.contains(passwordOf(lines.get(lines.size() - 1))), "after the last");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aListMayBeShort(int count) throws IOException {
        for (String last : List.of("", "\n", "\r\n")) {
            BreachedPasswords list = list(String.join("\n", lines(count)) + last);
            list.check();

            for (int i = 0; i < count; i++) {
                assertTrue(list.contains(Secret.of("breached " + i)));
            }
            assertFalse(list.contains(Secret.of("breached " + count)));
        }
    }

    @Test
    void linesMayBeLongInLowerCaseAndWithoutANumber() throws IOException {
        List<String> lines = lines(200).stream()
                .map(line -> line.startsWith("8") ? line.split(":")[0] : line + "0000000000")
                .map(line -> line.startsWith("A") ? line.toLowerCase(Locale.ROOT) : line)
                .toList();
        BreachedPasswords list = list(String.join("\n", lines));
        list.check();

        IntStream.range(0, 200).forEach(i -> assertTrue(list.contains(Secret.of("breached " + i)), "breached " + i));
    }

    @Test
    void anyUnicodeFormOfABreachedPasswordIsRefused() throws IOException {
        String decomposed = Normalizer.normalize("breached \u00e9", Normalizer.Form.NFD);
        BreachedPasswords list = list(sha1("breached \u00e9") + ":1");
        assertTrue(list.contains(Secret.of("breached \u00e9")));
        assertTrue(list.contains(Secret.of(decomposed)), "hashed as if it were composed");

        BreachedPasswords asTyped = list(sha1(decomposed) + ":1");
        assertTrue(asTyped.contains(Secret.of(decomposed)));
    }

    @Test
    void nothingIsBreachedWithoutAList() {
        BreachedPasswords none = new BreachedPasswords(new Configuration(TestSettings.dev(directory, Map.of())));
        none.check();

        assertFalse(none.contains(Secret.of("password")));
    }

    @Test
    void theStartIsRefusedWithOneSentenceUnlessTheFileIsSuchAList() throws IOException {
        assertRefused("", "is empty");
        assertRefused("\n", "something else than a SHA-1 hash");
        assertRefused("# a comment\n" + String.join("\n", lines(10)), "at byte 0");
        assertRefused("32ED87BDB5FDC5E9CBA88547376818D4:24230577\n", "holds NTLM hashes");
        assertRefused("x".repeat(100_000), "something else");
        assertRefused(new String(new char[10_000]), "something else");
        assertRefused("\ufeff" + String.join("\n", lines(10)), "at byte 0");
        List<String> byNumber = new ArrayList<>(lines(5_000));
        Collections.shuffle(byNumber, new java.util.Random(1));
        assertRefused(String.join("\n", byNumber), "not in the order of the hashes");
        List<String> twice = new ArrayList<>(lines(3));
        twice.add(twice.get(2));
        assertRefused(String.join("\n", twice), "not in the order of the hashes");

        BreachedPasswords absent = at(directory.resolve("nowhere"));
        assertTrue(sentence(absent).endsWith("there is no file " + directory.resolve("nowhere")));
        assertTrue(sentence(at(directory)).contains("there is no file"), "a folder is none");
    }

    /** Fails closed: else whoever fills the disk, or a half copied file, would switch the check off. */
    @Test
    void aListThatBreaksLaterLetsNoPasswordThrough() throws IOException {
        BreachedPasswords list = list(String.join("\n", lines(1_000)));
        list.check();
        assertFalse(list.contains(Secret.of("unheard of")));

        Files.writeString(file, "broken");
        assertUnavailable(list);
        Files.delete(file);
        assertUnavailable(list);

        Files.writeString(file, String.join("\n", lines(1_000)));
        assertFalse(list.contains(Secret.of("unheard of")), "repaired without a restart");
    }

    @Test
    void thePolicyTellsWhyButNotWhat() throws IOException {
        Path path = directory.resolve("list");
        Files.writeString(path, sha1("nine green bottles fell") + ":3\n");
        Configuration configuration =
                new Configuration(TestSettings.dev(directory, Map.of("auth.password.breached.file", path.toString())));
        PasswordPolicy policy = new PasswordPolicy(configuration, new BreachedPasswords(configuration));

        AuthException refused = assertThrows(
                AuthException.class, () -> policy.require("new_password", "ada", Secret.of("nine green bottles fell")));

        assertEquals(ErrorCode.WEAK_PASSWORD, refused.code());
        assertEquals("new_password: appears in a list of breached passwords.", refused.getMessage());
        assertDoesNotThrow(() -> policy.require("new_password", "ada", Secret.of("nine green bottles fly")));
    }

    private static void assertUnavailable(BreachedPasswords list) {
        AuthException refused = assertThrows(AuthException.class, () -> list.contains(Secret.of("unheard of")));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, refused.code());
    }

    private void assertRefused(String text, String why) throws IOException {
        String sentence = sentence(list(text));
        assertTrue(sentence.startsWith("auth.password.breached.file: the file " + file), sentence);
        assertTrue(sentence.contains(why), sentence);
    }

    private static String sentence(BreachedPasswords list) {
        return String.valueOf(
                assertThrows(InvalidSettingException.class, list::check).getMessage());
    }

    private BreachedPasswords list(String text) throws IOException {
        file = directory.resolve("pwned.txt");
        Files.writeString(file, text);
        return at(file);
    }

    private BreachedPasswords at(Path path) {
        return new BreachedPasswords(
                new Configuration(TestSettings.dev(directory, Map.of("auth.password.breached.file", path.toString()))));
    }

    /** The hashes of {@code breached 0}, {@code breached 1} …, sorted, with a number of one to five digits. */
    private static List<String> lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> sha1("breached " + i) + ":" + (i * 7919L % 99_991 + 1))
                .sorted()
                .collect(Collectors.toList());
    }

    /** The password of a line of {@link #lines}. */
    private static Secret passwordOf(String line) {
        return IntStream.range(0, MANY)
                .mapToObj(i -> "breached " + i)
                .filter(password -> line.startsWith(sha1(password)))
                .findFirst()
                .map(Secret::of)
                .orElseThrow();
    }

    private static String sha1(String password) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
