/** What accounts, roles and API keys may use, and what they have used. */
@NullMarked
package com.amplihack.auth.store.budget;

import org.jspecify.annotations.NullMarked;
