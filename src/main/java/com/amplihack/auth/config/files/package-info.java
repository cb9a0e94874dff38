/** Files that only their owner reads, and that a crash never leaves half-written. */
@NullMarked
package com.amplihack.auth.config.files;

import org.jspecify.annotations.NullMarked;
