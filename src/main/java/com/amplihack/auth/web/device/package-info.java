/** What browsers are called. */
@NullMarked
package com.amplihack.auth.web.device;

import org.jspecify.annotations.NullMarked;
