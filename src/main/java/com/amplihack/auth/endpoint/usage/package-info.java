/** What the caller has used. */
@NullMarked
package com.amplihack.auth.endpoint.usage;

import org.jspecify.annotations.NullMarked;
