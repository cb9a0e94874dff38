/** An application of its own beside the service: without the service the server is not ready. */
@NullMarked
package com.amplihack.auth.tools.readiness;

import org.jspecify.annotations.NullMarked;
