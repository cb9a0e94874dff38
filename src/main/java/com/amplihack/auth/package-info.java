/** A WAR that authenticates callers by JSON Web Tokens and lets them through to the service behind it. */
@NullMarked
package com.amplihack.auth;

import org.jspecify.annotations.NullMarked;
