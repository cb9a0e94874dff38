/** Password hashing by Argon2id, and which passwords are accepted. */
@NullMarked
package com.amplihack.auth.users.password;

import org.jspecify.annotations.NullMarked;
