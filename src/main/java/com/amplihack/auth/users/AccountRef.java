package com.amplihack.auth.users;

/**
 * The part of an account that a login needs before it reads the rest.
 *
 * @param passwordVersion see {@link Account#passwordVersion}
 */
public record AccountRef(String id, long passwordVersion) {}
