/** What is used: settled, counted, saved in the database, reported, and refused when a budget is used up. */
@NullMarked
package com.amplihack.auth.metering;

import org.jspecify.annotations.NullMarked;
