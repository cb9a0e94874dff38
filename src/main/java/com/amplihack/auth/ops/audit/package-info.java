/** Brings the audit file into the database while the application runs, and tells how it is. */
@NullMarked
package com.amplihack.auth.ops.audit;

import org.jspecify.annotations.NullMarked;
