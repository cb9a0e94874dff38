/** The values that settings have. */
@NullMarked
package com.amplihack.auth.config.type;

import org.jspecify.annotations.NullMarked;
