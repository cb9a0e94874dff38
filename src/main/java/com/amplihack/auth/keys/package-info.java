/** The signing keys: which are in force, how they rotate, and what a compromise ends. */
@NullMarked
package com.amplihack.auth.keys;

import org.jspecify.annotations.NullMarked;
