package com.amplihack.auth.keys;

import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.source.ServerPropertyCheck;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Configures MP-JWT with the current key set, the issuer and audience as of startup, and where the token is read; its
 * ordinal keeps any other config source from overriding these.
 */
public class MpJwtConfigSource implements ConfigSource {
    private static final String KEY_SET = "mp.jwt.verify.publickey";

    private static final Map<String, String> FIXED = Map.of(
            "mp.jwt.token.header", "Authorization",
            "mp.jwt.token.cookie", "Bearer",
            "mp.jwt.verify.publickey.algorithm", "RS256");

    /**
     * What no other source may change: where the token is, since MP-JWT and our parser must read the same one; and
     * what must stay unset, since on Payara an empty value of ours does not hide another source's.
     */
    private static final Map<String, String> REQUIRED = Map.of(
            "mp.jwt.token.header", "Authorization",
            "mp.jwt.token.cookie", "Bearer",
            "mp.jwt.verify.publickey.location", "",
            "mp.jwt.verify.token.age", "",
            "mp.jwt.decrypt.key.location", "",
            "mp.jwt.decrypt.key.algorithm", "");

    private static volatile Map<String, String> properties = FIXED;

    static synchronized void open(TokenSettings settings) {
        properties = with(
                FIXED,
                Map.of(
                        "mp.jwt.verify.issuer", settings.issuer().toString(),
                        "mp.jwt.verify.audiences", settings.audience(),
                        // the gate checks times with the current skew; MP-JWT, which reads it once, must not be
                        // stricter
                        "mp.jwt.verify.clock.skew", Long.toString(TokenSettings.MAX_SKEW.toSeconds())));
    }

    static synchronized void publish(String jwks) {
        properties = with(properties, Map.of(KEY_SET, jwks));
    }

    /**
     * Refuses to start where the server's configuration makes MP-JWT read tokens or keys from elsewhere.
     *
     * @throws com.amplihack.auth.config.source.InvalidSettingException naming the property
     */
    public static void requireNoServerOverride() {
        ServerPropertyCheck.require(REQUIRED);
    }

    private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(more);
        return Map.copyOf(all);
    }

    /** Ignores the profile: {@code %dev.mp.jwt.token.header} of another source must not win either. */
    @Override
    public @Nullable String getValue(String name) {
        return properties.get(name.startsWith("%") ? name.substring(name.indexOf('.') + 1) : name);
    }

    @Override
    public Set<String> getPropertyNames() {
        return properties.keySet();
    }

    @Override
    public Map<String, String> getProperties() {
        return Map.copyOf(properties); // no copy: it is immutable already
    }

    /** Above every other source: no other may decide which tokens are ours. */
    @Override
    public int getOrdinal() {
        return Integer.MAX_VALUE;
    }

    @Override
    public String getName() {
        return "amplihack-auth key ring";
    }
}
