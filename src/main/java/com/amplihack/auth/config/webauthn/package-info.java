/** Settings of passkeys. */
@NullMarked
package com.amplihack.auth.config.webauthn;

import org.jspecify.annotations.NullMarked;
