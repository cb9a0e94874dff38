/** Rate limits. */
@NullMarked
package com.amplihack.auth.limits;

import org.jspecify.annotations.NullMarked;
