/** Forwards admitted requests to the upstream, without a thread that waits for the answer. */
@NullMarked
package com.amplihack.auth.proxy;

import org.jspecify.annotations.NullMarked;
