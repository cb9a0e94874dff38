package com.amplihack.auth.users.transfer;

/**
 * How an import treats what it finds.
 *
 * @param dryRun says what would happen, and stores nothing
 * @param update changes accounts that exist and differ; their passwords stay
 * @param createRoles makes roles that do not exist, without permissions
 */
public record ImportOptions(boolean dryRun, boolean update, boolean createRoles) {}
