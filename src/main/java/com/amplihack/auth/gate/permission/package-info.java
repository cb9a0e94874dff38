/** Who may call a resource or an EJB: annotations, and what enforces them. */
@NullMarked
package com.amplihack.auth.gate.permission;

import org.jspecify.annotations.NullMarked;
