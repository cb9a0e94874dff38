/** How a mail leaves this node: by SMTP, or as a file in development. */
@NullMarked
package com.amplihack.auth.mail.transport;

import org.jspecify.annotations.NullMarked;
