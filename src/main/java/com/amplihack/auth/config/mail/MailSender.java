package com.amplihack.auth.config.mail;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who mails come from ({@code auth.mail.from}).
 *
 * @param name as recipients see it; may be empty
 * @param address in ASCII
 */
public record MailSender(String name, String address) {
    static final String ALLOWED = "an address such as auth@example.com, or Example <auth@example.com>";

    private static final Pattern FORM =
            Pattern.compile("(?:([^\\p{Cntrl}<>\",;:@]{1,100}?)\\s*<(?<in>[^<>]+)>|(?<bare>[^<>]+))");
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
                    + "@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
    private static final int MAX_ADDRESS = 254; // RFC 5321 section 4.5.3.1.3

    static Optional<MailSender> parse(String value) {
        Matcher form = FORM.matcher(value);
        if (!form.matches()) {
            return Optional.empty();
        }
        String name = form.group(1) == null ? "" : form.group(1).strip();
        String address = form.group("bare") == null ? form.group("in") : form.group("bare");
        return ADDRESS.matcher(address).matches() && address.length() <= MAX_ADDRESS
                ? Optional.of(new MailSender(name, address))
                : Optional.empty();
    }

    /** What the address's messages are identified under (RFC 5322 section 3.6.4). */
    public String domain() {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }
}
