/** Where a setting comes from: MicroProfile Config, with secrets and expressions resolved. */
@NullMarked
package com.amplihack.auth.config.source;

import org.jspecify.annotations.NullMarked;
