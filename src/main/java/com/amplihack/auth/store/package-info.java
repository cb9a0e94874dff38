/** The one seam for security state that changes fast: sessions, replay, quotas, lockout, compromised keys. */
@NullMarked
package com.amplihack.auth.store;

import org.jspecify.annotations.NullMarked;
