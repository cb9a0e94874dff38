/** The account database: connections, migrations, transactions, and what an outage means. */
@NullMarked
package com.amplihack.auth.database;

import org.jspecify.annotations.NullMarked;
