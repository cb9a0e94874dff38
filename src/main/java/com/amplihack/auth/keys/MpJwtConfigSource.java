package com.amplihack.auth.keys;

import com.amplihack.auth.config.TokenSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Tells MP-JWT what it verifies by: the key set of this moment, without a request to ourselves, and issuer and audience as
 * they were at the start, whatever has become of the properties since.
 */
public class MpJwtConfigSource implements ConfigSource {
    private static final String KEY_SET = "mp.jwt.verify.publickey";
    private static volatile Map<String, String> properties = Map.of();

    static synchronized void open(TokenSettings settings) {
        properties = Map.of(
                "mp.jwt.verify.issuer", settings.issuer().toString(),
                "mp.jwt.verify.audiences", settings.audience(),
                // the gate checks the times by the skew in force; MP-JWT, which reads it once, must not be stricter
                "mp.jwt.verify.clock.skew", Long.toString(TokenSettings.LONGEST_SKEW.toSeconds()));
    }

    static synchronized void publish(String jwks) {
        Map<String, String> more = new HashMap<>(properties);
        more.put(KEY_SET, jwks);
        properties = Map.copyOf(more);
    }

    @Override
    public String getValue(String name) {
        return properties.get(name);
    }

    @Override
    public Set<String> getPropertyNames() {
        return properties.keySet();
    }

    @Override
    public Map<String, String> getProperties() {
        return properties;
    }

    /** Above environment and console: nobody else may say which tokens are ours. */
    @Override
    public int getOrdinal() {
        return 500;
    }

    @Override
    public String getName() {
        return "amplihack-auth key ring";
    }
}
