/** The built-in upstream, by which clients can be tried without a model. */
@NullMarked
package com.amplihack.auth.proxy.demo;

import org.jspecify.annotations.NullMarked;
