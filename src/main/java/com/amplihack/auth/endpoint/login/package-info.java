/** Resources that open sessions. */
@NullMarked
package com.amplihack.auth.endpoint.login;

import org.jspecify.annotations.NullMarked;
