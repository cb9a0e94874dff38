package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * Maps client certificates to accounts by their exact subject. {@link X500Principal#equals} is too lenient: it folds
 * full-width letters and trims control characters.
 *
 * @param accounts account names by certificate subject; if empty, certificate login is off
 * @param issuers accepted issuers; if empty, the listener's trust store decides
 */
public record CertificateSettings(Map<String, String> accounts, Set<String> issuers) {
    private static final String ACCOUNTS = "auth.certificate.accounts";
    private static final String ISSUERS = "auth.certificate.issuers";
    private static final int LONGEST_NAME = 64;

    public CertificateSettings {
        accounts = Map.copyOf(accounts);
        issuers = Set.copyOf(issuers);
    }

    static CertificateSettings read(SettingsReader from) {
        CertificateSettings settings = new CertificateSettings(
                readAccounts(from.live().list(ACCOUNTS, CertificateSettings::split)),
                readIssuers(from.live().list(ISSUERS, CertificateSettings::split)));
        if (!settings.issuers.isEmpty() && !settings.inUse()) {
            throw new InvalidSettingException(ISSUERS + " must not be set without " + ACCOUNTS);
        }
        return settings;
    }

    public boolean inUse() {
        return !accounts.isEmpty();
    }

    /** The account of a certificate with this subject. */
    public Optional<String> accountOf(X500Principal subject) {
        return Optional.ofNullable(accounts.get(spelled(subject)));
    }

    /** The canonical spelling of a name (RFC 2253), with unknown attribute types in their encoded form. */
    public static String spelled(X500Principal name) {
        return name.getName(X500Principal.RFC2253);
    }

    public boolean mayIssue(X500Principal issuer) {
        return issuers.isEmpty() || issuers.contains(spelled(issuer));
    }

    /** Splits at semicolons that are neither escaped nor quoted (RFC 4514 section 2.4, RFC 1779). */
    private static List<String> split(String value) {
        List<String> entries = new ArrayList<>();
        StringBuilder entry = new StringBuilder();
        boolean quoted = false;
        boolean escaped = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ';' && !quoted && !escaped) {
                entries.add(entry.toString());
                entry.setLength(0);
            } else {
                entry.append(c);
            }
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
        }
        entries.add(entry.toString());
        return entries;
    }

    private static Map<String, String> readAccounts(List<String> entries) {
        Map<String, String> accounts = new HashMap<>();
        for (String entry : entries) {
            int colon = entry.indexOf(':');
            String account = entry.substring(0, Math.max(colon, 0)).strip();
            String subject = name(entry.substring(colon + 1))
                    .filter(parsed -> !account.isEmpty() && account.codePointCount(0, account.length()) <= LONGEST_NAME)
                    .orElseThrow(() -> SettingsReader.refuse(
                            ACCOUNTS,
                            "a list of account:subject, separated by semicolons, such as"
                                    + " orders-service:CN=orders,O=Example; billing:CN=billing,O=Example",
                            entry));
            if (accounts.put(subject, account) != null) {
                throw new InvalidSettingException(
                        ACCOUNTS + " must name each subject once, was '" + subject + "' twice");
            }
        }
        return accounts;
    }

    private static Set<String> readIssuers(List<String> entries) {
        Set<String> issuers = new HashSet<>();
        for (String entry : entries) {
            issuers.add(name(entry)
                    .orElseThrow(() -> SettingsReader.refuse(
                            ISSUERS,
                            "a list of subjects of authorities, separated by semicolons, such as CN=Example CA,O=Example",
                            entry)));
        }
        return issuers;
    }

    /** Empty if the text is not a distinguished name, or an empty one. */
    private static Optional<String> name(String text) {
        try {
            // via the DER encoding, which sorts a multi-valued RDN
            X500Principal encoded = new X500Principal(new X500Principal(text.strip()).getEncoded());
            return Optional.of(spelled(encoded)).filter(spelling -> !spelling.isEmpty());
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
