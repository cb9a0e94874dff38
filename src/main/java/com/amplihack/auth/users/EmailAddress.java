package com.amplihack.auth.users;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An email address that mail can be sent to (RFC 5321, RFC 6531), without quotes, comments or address literals.
 *
 * @param shown as entered, trimmed, the domain in its canonical form, so that no character of it is invisible
 * @param key the form that addresses are compared by: case-folded, NFKC, the domain in its ASCII form
 */
public record EmailAddress(String shown, String key) {
    /** The maximum length in characters (RFC 5321 section 4.5.3.1.3, without the angle brackets). */
    public static final int MAX_LENGTH = 254;

    private static final int MAX_LOCAL_BYTES = 64;
    // what RFC 5322 calls dot-atom, with the letters and digits of every script
    private static final Pattern LOCAL =
            Pattern.compile("[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*");
    /** What IDNA 2008 keeps (RFC 5894 section 7.2) and Java's IDNA 2003 replaces: the mail would go to another domain. */
    private static final Pattern ANOTHER_DOMAIN = Pattern.compile("[\\u00df\\u1e9e\\u03c2\\u200c\\u200d]");

    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** How many characters somebody may sign in with: a name, or also an address. */
    public static int longestName(boolean addressesToo) {
        return addressesToo ? MAX_LENGTH : Username.MAX_LENGTH;
    }

    /** Empty when the text is no address that can be used. */
    public static Optional<EmailAddress> parse(String text) {
        String trimmed = text.strip();
        int at = trimmed.lastIndexOf('@');
        if (at < 1 || trimmed.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String local = Normalizer.normalize(trimmed.substring(0, at), Normalizer.Form.NFC);
        Optional<String> domain = asciiDomain(trimmed.substring(at + 1));
        if (!LOCAL.matcher(local).matches()
                || !Username.isAllowed(local)
                || local.getBytes(StandardCharsets.UTF_8).length > MAX_LOCAL_BYTES
                || domain.isEmpty()) {
            return Optional.empty();
        }
        String key = Username.fold(Normalizer.normalize(local, Normalizer.Form.NFKC)) + '@' + domain.get();
        String shown = local + '@' + IDN.toUnicode(domain.get(), IDN.USE_STD3_ASCII_RULES);
        return shown.length() > MAX_LENGTH ? Optional.empty() : Optional.of(new EmailAddress(shown, key));
    }

    private static Optional<String> asciiDomain(String domain) {
        if (ANOTHER_DOMAIN.matcher(domain).find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(IDN.toASCII(domain, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT))
                    .filter(ascii -> DOMAIN.matcher(ascii).matches() && ascii.length() <= 253);
        } catch (IllegalArgumentException notADomain) {
            return Optional.empty();
        }
    }
}
