/** The gate in front of every request: it reads the credentials, has them verified, and admits or refuses. */
@NullMarked
package com.amplihack.auth.gate;

import org.jspecify.annotations.NullMarked;
