/** The key ring as a value: its keys, their states, and the JWK Set that is published of it. */
@NullMarked
package com.amplihack.auth.keys.ring;

import org.jspecify.annotations.NullMarked;
