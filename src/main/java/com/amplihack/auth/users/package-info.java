/** Accounts and roles. */
@NullMarked
package com.amplihack.auth.users;

import org.jspecify.annotations.NullMarked;
