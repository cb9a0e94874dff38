package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;

/**
 * A key that was just made.
 *
 * @param key the whole key, which nobody can read again
 */
public record NewKey(ApiKey key, KeyRecord record) {}
