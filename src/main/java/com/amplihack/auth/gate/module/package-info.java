/** How the servlet container calls the authentication mechanism. */
@NullMarked
package com.amplihack.auth.gate.module;

import org.jspecify.annotations.NullMarked;
