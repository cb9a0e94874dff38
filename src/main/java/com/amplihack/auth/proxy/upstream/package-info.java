/** The upstream's side of the proxy: what a request tells it, and what is taken from its answer. */
@NullMarked
package com.amplihack.auth.proxy.upstream;

import org.jspecify.annotations.NullMarked;
