package com.amplihack.auth.ops.mail;

import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.mail.OutboxState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: always up, since another node would send no better; the data say what waits and what was given up. */
@Readiness
@ApplicationScoped
public class MailHealth implements HealthCheck {
    private static final long LATE_SECONDS = 15 * 60;

    @Inject
    private Outbox outbox;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("mail").up();
        if (!outbox.isAvailable()) {
            return answer.withData("configured", false).build();
        }
        outbox.state().ifPresent(state -> tell(answer, state));
        return answer.build();
    }

    private static void tell(HealthCheckResponseBuilder answer, OutboxState state) {
        long oldest = state.oldest().toSeconds();
        answer.withData("waiting", state.waiting())
                .withData("dead_letters", state.dead())
                .withData("oldest_seconds", oldest);
        if (state.dead() > 0) {
            answer.withData("warning", "Some mails could not be sent; see docs/runbooks/mail.md.");
        } else if (oldest > LATE_SECONDS) {
            answer.withData("warning", "Mails wait for the mail server; see docs/runbooks/mail.md.");
        }
    }
}
