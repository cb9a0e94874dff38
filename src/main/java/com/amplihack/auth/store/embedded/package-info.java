/** The store inside the process: the scripts of Redis on an interpreter and a keyspace of our own. */
@NullMarked
package com.amplihack.auth.store.embedded;

import org.jspecify.annotations.NullMarked;
