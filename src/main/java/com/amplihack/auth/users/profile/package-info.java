/** What accounts carry beside their rights: attributes, and what administrators should know about a name. */
@NullMarked
package com.amplihack.auth.users.profile;

import org.jspecify.annotations.NullMarked;
