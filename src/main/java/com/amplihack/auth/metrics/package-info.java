/** The service's own metrics at {@code /metrics}. */
@NullMarked
package com.amplihack.auth.metrics;

import org.jspecify.annotations.NullMarked;
