/** Security events, each recorded once: in the audit file, in the server log, and in the metrics. */
@NullMarked
package com.amplihack.auth.audit;

import org.jspecify.annotations.NullMarked;
