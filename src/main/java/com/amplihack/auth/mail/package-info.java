/** The outbox in the account database, the messages in it, and the node that sends them. */
@NullMarked
package com.amplihack.auth.mail;

import org.jspecify.annotations.NullMarked;
