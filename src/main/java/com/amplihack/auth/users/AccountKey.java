package com.amplihack.auth.users;

/**
 * What a login knows of an account before it reads it.
 *
 * @param passwordVersion see {@link Account#passwordVersion}
 */
public record AccountKey(String id, long passwordVersion) {}
