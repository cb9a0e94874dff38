package com.amplihack.auth.keys;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Gives MP-JWT the key set as {@code mp.jwt.verify.publickey}, without a request to ourselves. */
public class JwksConfigSource implements ConfigSource {
    private static final String PROPERTY = "mp.jwt.verify.publickey";
    private static volatile String jwks;

    static void publish(String text) {
        jwks = text;
    }

    @Override
    public String getValue(String name) {
        return PROPERTY.equals(name) ? jwks : null;
    }

    @Override
    public Set<String> getPropertyNames() {
        return Set.of(PROPERTY);
    }

    @Override
    public Map<String, String> getProperties() {
        String text = jwks;
        return text == null ? Map.of() : Map.of(PROPERTY, text);
    }

    /** Above environment and console: nobody else may say which keys verify our tokens. */
    @Override
    public int getOrdinal() {
        return 500;
    }

    @Override
    public String getName() {
        return "amplihack-auth key ring";
    }
}
