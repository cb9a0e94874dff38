/** The endpoints for login, refresh, logout, sessions, verification and the key set. */
@NullMarked
package com.amplihack.auth.endpoint;

import org.jspecify.annotations.NullMarked;
