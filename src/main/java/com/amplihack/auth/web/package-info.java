/** What a request says about itself: client, path, cookies, JSON body. */
@NullMarked
package com.amplihack.auth.web;

import org.jspecify.annotations.NullMarked;
