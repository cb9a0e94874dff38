package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Every setting of docs/configuration.md that is in force, read once and checked as a whole.
 *
 * @param production true unless the {@code dev} (or {@code test}) profile is on
 * @param home under which keys, database and audit file lie unless they name themselves
 * @param jwtAuth {@code enable.jwt.auth}; false opens the proxied paths alone
 */
public record Settings(
        boolean production,
        Path home,
        boolean jwtAuth,
        TokenSettings tokens,
        KeySettings keys,
        StoreSettings store,
        LimitSettings limits,
        PasswordSettings passwords,
        AccountSettings firstAccount,
        CertificateSettings certificates,
        WebSettings web,
        ProxySettings proxy,
        AuditSettings audit,
        DatabaseSettings database) {
    private static final Set<String> DEVELOPMENT_PROFILES = Set.of("dev", "test");

    /**
     * Reads and checks all.
     *
     * @param source gives a property's value, with profile and defaults already applied
     * @throws InvalidSettingException with the sentence for the operator, at the first bad value
     */
    public static Settings read(Function<String, Optional<String>> source) {
        return read(new SettingsReader(source));
    }

    static Settings read(SettingsReader from) {
        boolean production = !from.find("mp.config.profile")
                .map(DEVELOPMENT_PROFILES::contains)
                .orElse(false);
        return new Settings(
                production,
                from.path("auth.home"),
                from.live().bool("enable.jwt.auth"),
                TokenSettings.read(from),
                KeySettings.read(from, production),
                StoreSettings.read(from, production),
                LimitSettings.read(from),
                PasswordSettings.read(from),
                AccountSettings.read(from),
                CertificateSettings.read(from),
                WebSettings.read(from),
                ProxySettings.read(from, production),
                AuditSettings.read(from),
                DatabaseSettings.read(from));
    }

    /** Whether a request to that decoded path needs no access token: proxied, and {@code enable.jwt.auth=false}. */
    public boolean isOpen(String path) {
        return !jwtAuth && proxy.routes().find(path).isPresent();
    }
}
