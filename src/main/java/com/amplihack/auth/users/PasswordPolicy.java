package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.PasswordSettings;
import com.amplihack.auth.config.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.nulabinc.zxcvbn.Zxcvbn;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Says what a new password must be (NIST SP 800-63B-4 section 3.1.1.2): long enough and none of the commonest, nor the
 * account's or the service's name; nothing about kinds of characters.
 */
@ApplicationScoped
public class PasswordPolicy {
    /** What stands among the first hundred thousand guesses of somebody who knows the lists (passwords, names, keyboards). */
    private static final double COMMON = 1e5;

    /** The guesser's work grows with the square of the length; what is not common here is not common. */
    private static final int MEASURED = 64;

    private static final List<String> SERVICE_NAMES = List.of("amplihack", "amplihackauth");
    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final Zxcvbn zxcvbn = new Zxcvbn();
    private Configuration configuration;

    /** For CDI. */
    public PasswordPolicy() {}

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
    void require(String member, String username, Secret password) {
        PasswordSettings limits = configuration.settings().passwords();
        String text = password.reveal();
        int length = text.codePointCount(0, text.length());
        if (length < limits.shortest() || length > limits.longest()) {
            throw weak(member, limits.shortest() + " to " + limits.longest() + " characters.");
        }
        String start = text.substring(0, text.offsetByCodePoints(0, Math.min(MEASURED, length)));
        String words = bare(start);
        boolean mostlyWords = words.length() * 2 > start.length(); // else the separators are what makes it
        if (isCommon(username, start) || (mostlyWords && isCommon(username, words))) {
            throw weak(
                    member,
                    "too common, or made of the account's or the service's name. Several unusual words are a good one.");
        }
    }

    private boolean isCommon(String username, String password) {
        List<String> names = List.of(username, bare(username), SERVICE_NAMES.get(0), SERVICE_NAMES.get(1));
        return zxcvbn.measure(password, names).getGuesses() < COMMON;
    }

    /** Without what people put between words. */
    private static String bare(String text) {
        return SEPARATORS.matcher(text).replaceAll("");
    }

    private static AuthException weak(String member, String why) {
        return new AuthException(ErrorCode.WEAK_PASSWORD, member + ": " + why);
    }
}
