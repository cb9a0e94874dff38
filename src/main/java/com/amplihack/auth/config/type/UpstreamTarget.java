package com.amplihack.auth.config.type;

import com.amplihack.auth.config.source.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where requests are forwarded to.
 *
 * @param url an HTTP or HTTPS URL without a trailing slash, to which the path after {@code /api} is appended; empty for the
 *     built-in echo
 * @param credential the header by which this service is known there
 */
public record UpstreamTarget(Optional<URI> url, Optional<Credential> credential) {
    /** A header with a secret value. */
    public record Credential(String header, Secret value) {}
}
