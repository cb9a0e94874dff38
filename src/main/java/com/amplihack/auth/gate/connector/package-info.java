/** What the HTTP connector must refuse before a servlet container sees it: requests that two servers read differently. */
@NullMarked
package com.amplihack.auth.gate.connector;

import org.jspecify.annotations.NullMarked;
