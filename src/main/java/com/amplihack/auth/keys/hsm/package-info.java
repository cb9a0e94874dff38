/** Private keys in an HSM, reached by PKCS #11. */
@NullMarked
package com.amplihack.auth.keys.hsm;

import org.jspecify.annotations.NullMarked;
