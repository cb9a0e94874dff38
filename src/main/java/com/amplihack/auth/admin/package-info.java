/** The administration API below {@code /admin/api}: accounts, roles, keys, settings, and the end of every session. */
@NullMarked
package com.amplihack.auth.admin;

import org.jspecify.annotations.NullMarked;
