/** The heads of the nodes' audit chains, which the store remembers. */
@NullMarked
package com.amplihack.auth.store.anchor;

import org.jspecify.annotations.NullMarked;
