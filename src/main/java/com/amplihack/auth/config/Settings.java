package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * All settings of docs/configuration.md as a validated, immutable snapshot.
 *
 * @param production true unless the {@code dev} or {@code test} profile is active
 * @param home default parent directory of keys, database and audit file
 * @param jwtAuth {@code enable.jwt.auth}; false opens only the proxied paths
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
     * Reads and validates all settings.
     *
     * @param source property values, with profile and defaults applied
     * @throws InvalidSettingException at the first bad value
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

    /** Whether the decoded path needs no access token: it is proxied, and {@code enable.jwt.auth=false}. */
    public boolean isOpen(String path) {
        return !jwtAuth && proxy.routes().find(path).isPresent();
    }
}
