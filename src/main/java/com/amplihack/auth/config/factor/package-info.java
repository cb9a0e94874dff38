/** Settings of second factors and passkeys. */
@NullMarked
package com.amplihack.auth.config.factor;

import org.jspecify.annotations.NullMarked;
