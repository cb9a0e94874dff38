/** The one seam for security state that changes fast: sessions, replay, quotas, lockout, dead keys. */
@NullMarked
package com.amplihack.auth.store;

import org.jspecify.annotations.NullMarked;
