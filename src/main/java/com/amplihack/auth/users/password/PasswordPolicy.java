package com.amplihack.auth.users.password;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.nulabinc.zxcvbn.Zxcvbn;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what a new password must be (NIST SP 800-63B-4 section 3.1.1.2): long enough, and neither common nor made of the
 * account's or the service's name; nothing about kinds of characters.
 */
@Singleton
public class PasswordPolicy {
    // without the characters that people mistake for one another
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_LENGTH = 24; // of 56 characters each: 139 bits

    /** Guesses that a password must take: from here on zxcvbn calls it very unguessable, also for who has the hash. */
    private static final double ENOUGH = 1e10;

    /** The same for the words alone: whoever guesses the words has the one sign between them within ten times as many. */
    private static final double ENOUGH_OF_WORDS = ENOUGH / 10;

    private static final int SHORTEST_PART = 3;
    private static final int MOST_PARTS = 8;
    private static final List<String> SERVICE_NAMES = List.of("amplihack", "amplihackauth");
    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final Zxcvbn zxcvbn = new Zxcvbn();
    private final Configuration configuration;

    @Inject
    public PasswordPolicy(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Refuses a password that somebody chose badly.
     *
     * @param member of the request that holds it
     * @throws AuthException {@code weak_password}, with what is wrong but never with the password
     */
    public void require(String member, String username, Secret password) {
        PasswordSettings limits = configuration.settings().passwords();
        String text = OpaqueString.of(password.reveal());
        int length = text.codePointCount(0, text.length());
        if (length < limits.shortest() || length > limits.longest()) {
            throw weak(member, limits.shortest() + " to " + limits.longest() + " characters.");
        }
        String measured = MeasuredText.of(text);
        String words = bare(measured);
        boolean mostlyWords = words.length() * 2 > measured.length(); // else the separators are what makes it
        List<String> names = names(username);
        if (guesses(measured, names) < ENOUGH || (mostlyWords && guesses(words, names) < ENOUGH_OF_WORDS)) {
            throw weak(
                    member,
                    "too common, or made of the account's or the service's name. Several unusual words are a good one.");
        }
    }

    private double guesses(String password, List<String> names) {
        return zxcvbn.measure(password, names).getGuesses();
    }

    /** What somebody who knows the account tries first, in lower case: the library would use the machine's language. */
    private static List<String> names(String username) {
        String name = username.toLowerCase(Locale.ROOT);
        Stream<String> parts = Stream.of(SEPARATORS.split(name, MOST_PARTS + 1))
                .limit(MOST_PARTS)
                .filter(part -> part.length() >= SHORTEST_PART);
        return Stream.of(Stream.of(name, bare(name)), SERVICE_NAMES.stream(), parts)
                .flatMap(all -> all)
                .toList();
    }

    /** Without what people put between words. */
    private static String bare(String text) {
        return SEPARATORS.matcher(text).replaceAll("");
    }

    private static AuthException weak(String member, String why) {
        return new AuthException(ErrorCode.WEAK_PASSWORD, member + ": " + why);
    }

    /** A password that nobody has chosen: 24 letters and digits. */
    public static Secret random() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            password.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return Secret.of(password.toString());
    }
}
