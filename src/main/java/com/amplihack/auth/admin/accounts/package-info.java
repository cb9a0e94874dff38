/** The members of accounts in administrators' requests and answers. */
@NullMarked
package com.amplihack.auth.admin.accounts;

import org.jspecify.annotations.NullMarked;
