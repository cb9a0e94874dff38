package com.amplihack.auth.mail;

import com.amplihack.auth.database.Database;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;

/** Takes mails in the transaction that makes them necessary, and keeps them until they are sent. */
@Singleton
public class Outbox {
    private final Database database;

    @Inject
    public Outbox(Database database) {
        this.database = database;
    }

    /** Whether mail is configured: without it nothing that needs it is offered (404 {@code not_available}). */
    public boolean isAvailable() {
        return false;
    }

    /** Takes a mail if the transaction commits; nothing when mail is not available. */
    public void put(EntityManager transaction, Mail mail) {
        // to come
    }

    /** Takes a mail in a transaction of its own. */
    public void put(Mail mail) {
        if (isAvailable()) {
            database.write(entities -> {
                put(entities, mail);
                return mail;
            });
        }
    }
}
