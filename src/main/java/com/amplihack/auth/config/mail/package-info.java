/** The settings of mail. */
@NullMarked
package com.amplihack.auth.config.mail;

import org.jspecify.annotations.NullMarked;
