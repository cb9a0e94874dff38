/** Password hashes in the forms of other systems. */
@NullMarked
package com.amplihack.auth.users.password.hash;

import org.jspecify.annotations.NullMarked;
