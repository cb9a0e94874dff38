/** Second factors and passkeys. */
@NullMarked
package com.amplihack.auth.endpoint.factor;

import org.jspecify.annotations.NullMarked;
