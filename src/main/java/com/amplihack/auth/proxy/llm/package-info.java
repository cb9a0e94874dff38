/** What the proxy understands of calls to a language model: limits on their answers, and how many tokens they used. */
@NullMarked
package com.amplihack.auth.proxy.llm;

import org.jspecify.annotations.NullMarked;
