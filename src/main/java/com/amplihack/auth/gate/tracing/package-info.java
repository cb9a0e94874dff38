/** Spans of requests, by the server's MicroProfile Telemetry; the only user of OpenTelemetry's classes. */
@NullMarked
package com.amplihack.auth.gate.tracing;

import org.jspecify.annotations.NullMarked;
