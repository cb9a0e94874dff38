/** The command that looks, before an installation, at everything that the service will need. */
@NullMarked
package com.amplihack.auth.tools.check;

import org.jspecify.annotations.NullMarked;
