/** The verifier of audit files: {@code amplihack-auth-tools.jar}, not in the WAR. */
@NullMarked
package com.amplihack.auth.tools.audit;

import org.jspecify.annotations.NullMarked;
