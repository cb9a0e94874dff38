/** Resources of second factors. */
@NullMarked
package com.amplihack.auth.endpoint.factor;

import org.jspecify.annotations.NullMarked;
