/** Has the outbox sent while the application runs, and tells what is in it. */
@NullMarked
package com.amplihack.auth.ops.mail;

import org.jspecify.annotations.NullMarked;
