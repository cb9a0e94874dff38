/** Import and export of accounts. */
@NullMarked
package com.amplihack.auth.users.transfer;

import org.jspecify.annotations.NullMarked;
