/** Access tokens: issued, parsed and verified. */
@NullMarked
package com.amplihack.auth.token;

import org.jspecify.annotations.NullMarked;
