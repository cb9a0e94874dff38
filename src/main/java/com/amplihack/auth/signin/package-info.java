/** The one pipeline of a sign-in: attempt, factors, outcome; and another sign-in within a session. */
@NullMarked
package com.amplihack.auth.signin;

import org.jspecify.annotations.NullMarked;
