/** Sessions: how they open, how refresh tokens rotate, and how they end. */
@NullMarked
package com.amplihack.auth.session;

import org.jspecify.annotations.NullMarked;
