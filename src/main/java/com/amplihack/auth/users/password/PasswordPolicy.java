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
 * Requires a new password to be long enough and neither common, breached nor derived from the account's or the service's name,
 * without composition rules (NIST SP 800-63B-4 section 3.1.1.2).
 */
@Singleton
public class PasswordPolicy {
    // without ambiguous characters
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_LENGTH = 24; // of 56 characters each: 139 bits

    /** The guesses from which zxcvbn rates a password very unguessable, even in an offline attack on its hash. */
    private static final double MIN_GUESSES = 1e10;

    /** The same for the words alone: guessing the separator between them multiplies the guesses by at most ten. */
    private static final double MIN_GUESSES_OF_WORDS = MIN_GUESSES / 10;

    private static final int MIN_PART_LENGTH = 3;
    private static final int MAX_PARTS = 8;
    private static final List<String> SERVICE_NAMES = List.of("amplihack", "amplihackauth");
    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final Zxcvbn zxcvbn = new Zxcvbn();
    private final Configuration configuration;
    private final BreachedPasswords breached;

    @Inject
    public PasswordPolicy(Configuration configuration, BreachedPasswords breached) {
        this.configuration = configuration;
        this.breached = breached;
    }

    /**
     * Refuses a weak password.
     *
     * @param member the request member that holds it
     * @throws AuthException {@code weak_password}, with the reason but never the password, or what {@link
     *     BreachedPasswords#contains} throws
     */
    public void require(String member, String username, Secret password) {
        PasswordSettings limits = configuration.settings().passwords();
        String text = OpaqueString.of(password.reveal());
        int length = text.codePointCount(0, text.length());
        if (length < limits.shortest() || length > limits.longest()) {
            throw weak("length", member, limits.shortest() + " to " + limits.longest() + " characters.");
        }
        String measured = ZxcvbnInput.of(text);
        String words = bare(measured);
        boolean mostlyWords = words.length() * 2 > measured.length(); // else the separators make its strength
        List<String> names = names(username);
        if (guesses(measured, names) < MIN_GUESSES || (mostlyWords && guesses(words, names) < MIN_GUESSES_OF_WORDS)) {
            throw weak(
                    "guessable",
                    member,
                    "too common, or derived from the account's or the service's name. Combine several unusual words.");
        }
        if (breached.contains(password)) {
            throw weak("breached", member, "appears in a list of breached passwords.");
        }
    }

    private double guesses(String password, List<String> names) {
        return zxcvbn.measure(password, names).getGuesses();
    }

    /** An attacker's first guesses, lower-cased here because the library would use the machine's locale. */
    private static List<String> names(String username) {
        String name = username.toLowerCase(Locale.ROOT);
        Stream<String> parts = Stream.of(SEPARATORS.split(name, MAX_PARTS + 1))
                .limit(MAX_PARTS)
                .filter(part -> part.length() >= MIN_PART_LENGTH);
        return Stream.of(Stream.of(name, bare(name)), SERVICE_NAMES.stream(), parts)
                .flatMap(all -> all)
                .toList();
    }

    /** Without separators. */
    private static String bare(String text) {
        return SEPARATORS.matcher(text).replaceAll("");
    }

    /**
     * The refusal of a password.
     *
     * @param reason {@code length}, {@code guessable}, {@code breached} or {@code used}: for pages, which have words of their own
     * @param member the request member that holds it
     * @param why a sentence without its subject
     */
    public static AuthException weak(String reason, String member, String why) {
        return new AuthException(ErrorCode.WEAK_PASSWORD, member + ": " + why).member("reason", reason);
    }

    /** A random password of 24 letters and digits. */
    public static Secret random() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            password.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return Secret.of(password.toString());
    }
}
