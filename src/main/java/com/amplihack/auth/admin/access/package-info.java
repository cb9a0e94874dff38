/** Who is signed in, who cannot sign in and why, and what administrators do about it. */
@NullMarked
package com.amplihack.auth.admin.access;

import org.jspecify.annotations.NullMarked;
