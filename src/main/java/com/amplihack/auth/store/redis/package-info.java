/** The Redis backend of the store: connections, topologies, failover, and a check of the server's configuration. */
@NullMarked
package com.amplihack.auth.store.redis;

import org.jspecify.annotations.NullMarked;
