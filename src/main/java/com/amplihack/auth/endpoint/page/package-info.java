/** The pages for browsers: their files, and signing in by a form where scripts are off. */
@NullMarked
package com.amplihack.auth.endpoint.page;

import org.jspecify.annotations.NullMarked;
