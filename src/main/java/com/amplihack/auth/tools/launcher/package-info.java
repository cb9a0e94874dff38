/** The development server's launcher, which is not in the WAR. */
@NullMarked
package com.amplihack.auth.tools.launcher;

import org.jspecify.annotations.NullMarked;
