package com.amplihack.auth.config;

import com.amplihack.auth.config.factor.FactorSettings;
import com.amplihack.auth.config.mail.MailSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.PropertyFinder;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.webauthn.WebauthnSettings;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * All settings of docs/configuration.md as a validated, immutable snapshot.
 *
 * @param production true unless the {@code dev} or {@code test} profile is active
 * @param home default parent directory of keys, database and audit file
 * @param jwtAuth {@code enable.jwt.auth}; false opens only the proxied paths
 * @param traced whether the server's OpenTelemetry makes and sends spans
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
        AccountSettings accounts,
        CertificateSettings certificates,
        FactorSettings factors,
        WebSettings web,
        WebauthnSettings webauthn,
        ProxySettings proxy,
        AuditSettings audit,
        DatabaseSettings database,
        MailSettings mail,
        boolean traced) {
    private static final Set<String> DEVELOPMENT_PROFILES = Set.of("dev", "test");
    private static final Setting<String> PROFILE = Setting.text("mp.config.profile")
            .example("dev")
            .says("`dev` or `test` for development, whose defaults are other ones; anything else is production");
    static final Setting<Path> HOME = Setting.path("auth.home")
            .inDevelopment("${user.home}/.amplihack-auth")
            .example("/var/lib/amplihack-auth")
            .says(
                    "a folder that exists and can be written, or can be created: keys, database and audit file lie under it"
                            + " unless they are named themselves; must be set in production");
    private static final Setting<Boolean> JWT_AUTH = Setting.bool("enable.jwt.auth")
            .byDefault("true")
            .opensWith("false"::equals)
            .live()
            .says(
                    "`false` opens the proxied paths of `/api` to everybody (docs/proxy.md) and nothing else; the log warns at"
                            + " each start, and so does readiness");
    /** Without a default here: the server refuses an application that finds a name of OpenTelemetry's in two sources. */
    private static final Setting<Boolean> NO_TRACING = Setting.bool("otel.sdk.disabled")
            .example("false")
            .says("`false` traces requests (docs/tracing.md); off if not set");

    /**
     * Reads and validates all settings.
     *
     * @param source property values, with profile and defaults applied
     * @throws InvalidSettingException at the first bad value
     */
    public static Settings read(Function<String, Optional<String>> source) {
        return read(new SettingsReader(setting -> source.apply(setting.name())));
    }

    static List<String> names() {
        return all().stream().<String>map(Setting::name).toList();
    }

    static boolean isProduction(Function<String, Optional<String>> source) {
        return isProduction(source.apply(PROFILE.name()));
    }

    private static boolean isProduction(Optional<String> profile) {
        return !profile.map(DEVELOPMENT_PROFILES::contains).orElse(false);
    }

    /** Every setting, whether it is set or not. */
    public static List<Setting<?>> all() {
        SettingsReader defaults = new SettingsReader(
                setting -> setting.equals(PROFILE) ? Optional.of(PROFILE.example()) : setting.byDefault(false));
        read(defaults);
        return List.copyOf(defaults.settingsRead().values());
    }

    static Settings read(SettingsReader from) {
        boolean production = isProduction(from.find(PROFILE));
        WebSettings web = WebSettings.read(from);
        return new Settings(
                production,
                from.read(HOME),
                from.read(JWT_AUTH),
                TokenSettings.read(from),
                KeySettings.read(from, production),
                StoreSettings.read(from, production),
                LimitSettings.read(from),
                PasswordSettings.read(from),
                AccountSettings.read(from),
                CertificateSettings.read(from),
                FactorSettings.read(from),
                web,
                WebauthnSettings.read(from, web.publicUrl(), production),
                ProxySettings.read(from, production),
                AuditSettings.read(from),
                DatabaseSettings.read(from),
                MailSettings.read(from, production, web.publicUrl()),
                from.find(NO_TRACING).filter(disabled -> !disabled).isPresent());
    }

    /** Whether the decoded path needs no access token: it is proxied, and {@code enable.jwt.auth=false}. */
    public boolean isOpen(String path) {
        return !jwtAuth && proxy.routes().find(path).isPresent();
    }

    /** The defaults, as the config source that any other one overrides. */
    public static final class Defaults implements ConfigSource {
        private static final Map<String, String> VALUES = new TreeMap<>();

        static {
            for (Setting<?> setting : all()) {
                setting.byDefault().ifPresent(value -> VALUES.put(setting.name(), value));
                setting.inDevelopment().ifPresent(value -> VALUES.put("%dev." + setting.name(), value));
            }
        }

        @Override
        public Set<String> getPropertyNames() {
            return Collections.unmodifiableSet(VALUES.keySet());
        }

        @Override
        public @Nullable String getValue(String name) {
            return VALUES.get(name);
        }

        @Override
        public int getOrdinal() {
            return 1;
        }

        @Override
        public String getName() {
            return PropertyFinder.DEFAULTS;
        }
    }
}
