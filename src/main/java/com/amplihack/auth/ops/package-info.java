/** What operates the service: start, schedules, health checks, live settings, JMX. */
@NullMarked
package com.amplihack.auth.ops;

import org.jspecify.annotations.NullMarked;
