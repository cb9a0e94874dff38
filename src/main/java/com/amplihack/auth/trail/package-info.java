/** The audit trail of all nodes in the database: brought there from the nodes' files, searched and verified. */
@NullMarked
package com.amplihack.auth.trail;

import org.jspecify.annotations.NullMarked;
