/** Authentication by password or client certificate, with lockout and quota. */
@NullMarked
package com.amplihack.auth.users.login;

import org.jspecify.annotations.NullMarked;
