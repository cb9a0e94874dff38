/** The key directory: the ring and its private keys as files, shared by the nodes. */
@NullMarked
package com.amplihack.auth.keys.files;

import org.jspecify.annotations.NullMarked;
