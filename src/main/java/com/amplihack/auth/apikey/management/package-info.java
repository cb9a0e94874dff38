/** API keys in the database, and how they are made, listed, changed, rotated and revoked. */
@NullMarked
package com.amplihack.auth.apikey.management;

import org.jspecify.annotations.NullMarked;
