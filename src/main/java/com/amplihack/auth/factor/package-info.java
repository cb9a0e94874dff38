/** Second factors: time-based codes, recovery codes, remembered devices, and who must have one. */
@NullMarked
package com.amplihack.auth.factor;

import org.jspecify.annotations.NullMarked;
