/** What people do about their own accounts without an administrator: links in mails, addresses, deletion. */
@NullMarked
package com.amplihack.auth.users.selfservice;

import org.jspecify.annotations.NullMarked;
