package com.amplihack.auth.trail;

import java.util.Optional;
import java.util.Set;

/**
 * What is asked for: entries that match all that is given.
 *
 * @param since milliseconds since 1970, the first that matches
 * @param until milliseconds since 1970, the first that does not match any more
 * @param event the name of an {@code AuditEvent}
 * @param severity its lower-case name
 * @param user in any of the ways in which entries name an account
 * @param cursor of the page before; empty for the first page
 */
public record TrailQuery(
        Optional<Long> since,
        Optional<Long> until,
        Optional<String> event,
        Optional<String> severity,
        Optional<Subject> user,
        Optional<String> session,
        Optional<String> ip,
        String cursor) {

    /**
     * An account, known or not.
     *
     * @param asked as somebody has asked for it
     * @param ids that it may have
     * @param names that it may have
     * @param nameHashes of what somebody may have typed as its name
     */
    public record Subject(String asked, Set<String> ids, Set<String> names, Set<String> nameHashes) {
        public Subject {
            ids = Set.copyOf(ids);
            names = Set.copyOf(names);
            nameHashes = Set.copyOf(nameHashes);
        }
    }
}
