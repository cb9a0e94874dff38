/** The client's connection: whether it still waits for its answer, and how one that cannot be finished is aborted. */
@NullMarked
package com.amplihack.auth.proxy.connection;

import org.jspecify.annotations.NullMarked;
