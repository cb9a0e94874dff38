/** API keys: their form, what they may do, and how a request with one is admitted. */
@NullMarked
package com.amplihack.auth.apikey;

import org.jspecify.annotations.NullMarked;
