/** Import and export of accounts over HTTP. */
@NullMarked
package com.amplihack.auth.admin.transfer;

import org.jspecify.annotations.NullMarked;
