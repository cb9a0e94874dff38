/** The store in this process: runs the Redis scripts on a Lua interpreter and a keyspace in memory. */
@NullMarked
package com.amplihack.auth.store.embedded;

import org.jspecify.annotations.NullMarked;
