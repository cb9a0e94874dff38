/** The endpoints for what people do about their own accounts. */
@NullMarked
package com.amplihack.auth.endpoint.account;

import org.jspecify.annotations.NullMarked;
