package com.amplihack.auth.admin.overview;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** Which version of this application runs, from the WAR's manifest. */
@Singleton
class Release {
    /** Of a WAR that Maven has not packaged. */
    private static final String UNKNOWN = "development";

    private volatile String version = UNKNOWN;

    void read(@Observes @Initialized(ApplicationScoped.class) ServletContext application) {
        try (InputStream in = application.getResourceAsStream("/META-INF/MANIFEST.MF")) {
            version = in == null
                    ? UNKNOWN
                    : Optional.ofNullable(new Manifest(in)
                                    .getMainAttributes()
                                    .getValue(Attributes.Name.IMPLEMENTATION_VERSION))
                            .orElse(UNKNOWN);
        } catch (IOException unreadable) {
            version = UNKNOWN;
        }
    }

    String version() {
        return version;
    }
}
