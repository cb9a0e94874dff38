/** The store's operations as Lua scripts, the same for every backend. */
@NullMarked
package com.amplihack.auth.store.script;

import org.jspecify.annotations.NullMarked;
