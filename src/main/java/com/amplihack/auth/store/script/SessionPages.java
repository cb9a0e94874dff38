package com.amplihack.auth.store.script;

import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Builds each page of live sessions by a bounded number of calls of sessions.lua, which also returns ended ones. */
final class SessionPages {
    /** With many ended sessions in between, a page may therefore be short. */
    private static final int MAX_CALLS = 10;

    private static final int WINDOW = 128; // STEP of prelude.lua

    private SessionPages() {}

    /** An entry that sessions.lua returned; without a session if that has ended. */
    record Seen(SessionPage.Place place, Optional<SessionRecord> session) {}

    /**
     * Reads a page.
     *
     * @param look reads a number of sessions after a place
     */
    static SessionPage read(
            Optional<SessionPage.Place> from,
            int limit,
            BiFunction<Optional<SessionPage.Place>, Integer, List<Seen>> look) {
        List<SessionRecord> page = new ArrayList<>();
        Optional<SessionPage.Place> last = from;
        for (int i = 0; i < MAX_CALLS; i++) {
            int count = Math.min(WINDOW, limit - page.size() + 1); // one more shows whether there is another page
            List<Seen> window = look.apply(last, count);
            for (Seen seen : window) {
                if (seen.session().isPresent()) {
                    if (page.size() == limit) {
                        return new SessionPage(page, last);
                    }
                    page.add(seen.session().get());
                }
                last = Optional.of(seen.place());
            }
            if (window.size() < count) {
                return new SessionPage(page, Optional.empty());
            }
        }
        return new SessionPage(page, last);
    }

    /** Reads the answer of one call of sessions.lua. */
    static List<Seen> window(String subject, List<?> answer) {
        List<Seen> window = new ArrayList<>(answer.size() / 3);
        for (int i = 0; i < answer.size(); i += 3) {
            String sid = (String) answer.get(i);
            List<?> fields = (List<?>) answer.get(i + 2);
            window.add(new Seen(
                    new SessionPage.Place(Long.parseLong((String) answer.get(i + 1)), sid),
                    fields.isEmpty() ? Optional.empty() : Optional.of(SessionFields.read(subject, sid, fields))));
        }
        return window;
    }
}
