/** Passkeys (WebAuthn Level 3): how they are made, what their answers prove, and the accounts that they belong to. */
@NullMarked
package com.amplihack.auth.factor.passkey;

import org.jspecify.annotations.NullMarked;
