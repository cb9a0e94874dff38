/** Lists of accounts for administrators. */
@NullMarked
package com.amplihack.auth.users.listing;

import org.jspecify.annotations.NullMarked;
