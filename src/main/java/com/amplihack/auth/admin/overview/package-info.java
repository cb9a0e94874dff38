/** What is shown first to an administrator: is the service well, and is somebody attacking it? */
@NullMarked
package com.amplihack.auth.admin.overview;

import org.jspecify.annotations.NullMarked;
