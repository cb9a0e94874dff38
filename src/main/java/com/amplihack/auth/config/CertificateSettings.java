package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.ArrayList;
import java.util.HashMap;
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
    private static final int LONGEST_NAME = 64;
    private static final String GROUP = "auth.certificate"; // accounts without their issuers would trust any authority
    private static final Setting<List<Map.Entry<String, String>>> ACCOUNTS = Setting.list(
                    "auth.certificate.accounts",
                    "a list of account:subject, separated by semicolons, such as"
                            + " orders-service:CN=orders,O=Example; billing:CN=billing,O=Example",
                    CertificateSettings::split,
                    CertificateSettings::account)
            .example("orders-service:CN=orders,O=Example; billing:CN=billing,O=Example")
            .live()
            .inGroup(GROUP)
            .says("which client certificate may sign in to which account; the whole subject as RFC 4514 spells it"
                    + " (docs/service-accounts.md)");
    private static final Setting<List<String>> ISSUERS = Setting.list(
                    "auth.certificate.issuers",
                    "a list of subjects of authorities, separated by semicolons, such as CN=Example CA,O=Example",
                    CertificateSettings::split,
                    CertificateSettings::name)
            .example("CN=Example CA,O=Example")
            .live()
            .inGroup(GROUP)
            .says("the subjects of the authorities whose certificates are accepted; if not set, whatever the listener's"
                    + " trust store accepts. Not without `auth.certificate.accounts`");

    public CertificateSettings {
        accounts = Map.copyOf(accounts);
        issuers = Set.copyOf(issuers);
    }

    static CertificateSettings read(SettingsReader from) {
        CertificateSettings settings = new CertificateSettings(
                bySubject(from.find(ACCOUNTS).orElse(List.of())),
                Set.copyOf(from.find(ISSUERS).orElse(List.of())));
        if (!settings.issuers.isEmpty() && !settings.inUse()) {
            throw new InvalidSettingException(ISSUERS.name() + " must not be set without " + ACCOUNTS.name());
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

    /** An entry's account by its subject. */
    private static Optional<Map.Entry<String, String>> account(String entry) {
        int colon = entry.indexOf(':');
        String account = entry.substring(0, Math.max(colon, 0)).strip();
        return name(entry.substring(colon + 1))
                .filter(subject -> !account.isEmpty() && account.codePointCount(0, account.length()) <= LONGEST_NAME)
                .map(subject -> Map.entry(subject, account));
    }

    private static Map<String, String> bySubject(List<Map.Entry<String, String>> entries) {
        Map<String, String> accounts = new HashMap<>();
        for (Map.Entry<String, String> entry : entries) {
            if (accounts.put(entry.getKey(), entry.getValue()) != null) {
                throw new InvalidSettingException(
                        ACCOUNTS.name() + " must name each subject once, was '" + entry.getKey() + "' twice");
            }
        }
        return accounts;
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
