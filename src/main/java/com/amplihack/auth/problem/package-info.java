/** The errors that clients see: one catalogue, answered as {@code application/problem+json} (RFC 9457). */
@NullMarked
package com.amplihack.auth.problem;

import org.jspecify.annotations.NullMarked;
