/** The command that gives a lost administrator a new password; it runs beside the server. */
@NullMarked
package com.amplihack.auth.tools.recovery;

import org.jspecify.annotations.NullMarked;
