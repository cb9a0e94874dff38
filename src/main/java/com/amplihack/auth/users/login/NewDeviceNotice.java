package com.amplihack.auth.users.login;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tells an account's owner of a sign-in from a device without its cookie, at most once an hour. */
@Singleton
public class NewDeviceNotice {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(NewDeviceNotice.class.getName()), 1);
    private static final Duration PAUSE = Duration.ofHours(1);
    private static final String TOPIC = "new_device";

    private final Notices notices;
    private final Database database;
    private final InstantSource clock;

    @Inject
    public NewDeviceNotice(Notices notices, Database database, InstantSource clock) {
        this.notices = notices;
        this.database = database;
        this.clock = clock;
    }

    /** To be called after a sign-in with a password has succeeded, which it never fails. */
    public void signedIn(Account account, PresentedDevices presented, ClientContext client) {
        boolean known =
                presented.nonceFor(account.id(), account.passwordVersion()).isPresent();
        if (known || account.verifiedEmail().isEmpty() || !notices.areSent()) {
            return;
        }
        Map<String, String> parameters = Map.of("ip_address", client.address(), "device", client.userAgent());
        Instant again = clock.instant().plus(PAUSE);
        try {
            database.write(entities -> {
                notices.tellOnce(entities, account, MailKind.NEW_DEVICE, parameters, TOPIC, again);
                return true;
            });
        } catch (AuthException unavailable) {
            LOG.log(Level.WARNING, "lost", "A notice of a new device was not taken: " + unavailable.getMessage());
        }
    }
}
