/** {@code /admin/api/audit}: the entries of all nodes, and whether they are as they were written. */
@NullMarked
package com.amplihack.auth.admin.audit;

import org.jspecify.annotations.NullMarked;
