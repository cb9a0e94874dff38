package com.amplihack.auth.keys;

import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.source.ServerProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells MP-JWT what it verifies by: the key set of this moment, without a request to ourselves, issuer and audience as they
 * were at the start, and where a token is looked for. No other source of the server's configuration can change one of these;
 * what can only be left unset is looked for at the start.
 */
public class MpJwtConfigSource implements ConfigSource {
    private static final String KEY_SET = "mp.jwt.verify.publickey";

    private static final Map<String, String> FIXED = Map.of(
            "mp.jwt.token.header", "Authorization",
            "mp.jwt.token.cookie", "Bearer",
            "mp.jwt.verify.publickey.algorithm", "RS256");

    /**
     * What another source must not say. Where the token is: our own parser reads it there, and the two must read the same one.
     * And what nobody may set: an empty value of ours would not hide another source's on Payara.
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
                        // the gate checks the times by the skew in force; MP-JWT, which reads it once, must not be
                        // stricter
                        "mp.jwt.verify.clock.skew", Long.toString(TokenSettings.LONGEST_SKEW.toSeconds())));
    }

    static synchronized void publish(String jwks) {
        properties = with(properties, Map.of(KEY_SET, jwks));
    }

    /**
     * Refuses to run where the server has MP-JWT look for tokens or keys elsewhere.
     *
     * @throws com.amplihack.auth.config.source.InvalidSettingException that names the property
     */
    public static void requireUnchangedByTheServer() {
        ServerProperties.require(REQUIRED);
    }

    private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(more);
        return Map.copyOf(all);
    }

    /** The same in every profile: {@code %dev.mp.jwt.token.header} of another source must not win either. */
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

    /** Above every other source: nobody else may say which tokens are ours. */
    @Override
    public int getOrdinal() {
        return Integer.MAX_VALUE;
    }

    @Override
    public String getName() {
        return "amplihack-auth key ring";
    }
}
