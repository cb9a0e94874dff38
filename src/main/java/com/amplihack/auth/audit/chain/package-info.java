/** The hash chain over the lines of one node's audit log, and what proves it. */
@NullMarked
package com.amplihack.auth.audit.chain;

import org.jspecify.annotations.NullMarked;
