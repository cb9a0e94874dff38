/** The settings: immutable records that refuse bad values, and the snapshot that is in force. */
@NullMarked
package com.amplihack.auth.config;

import org.jspecify.annotations.NullMarked;
