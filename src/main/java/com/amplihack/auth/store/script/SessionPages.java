package com.amplihack.auth.store.script;

import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Puts pages together of what sessions.lua answers, by a bounded number of questions for each page. */
final class SessionPages {
    /** Of a user who left many sessions that are over already, a page may then be short. */
    private static final int QUESTIONS = 10;

    private static final int WINDOW = 128; // STEP of prelude.lua

    private SessionPages() {}

    /** A session that was looked at; empty when it is over. */
    record Seen(SessionPage.Place place, Optional<SessionRecord> session) {}

    /**
     * Reads a page.
     *
     * @param look asks for so many sessions behind a place
     */
    static SessionPage read(
            Optional<SessionPage.Place> from,
            int limit,
            BiFunction<Optional<SessionPage.Place>, Integer, List<Seen>> look) {
        List<SessionRecord> page = new ArrayList<>();
        Optional<SessionPage.Place> last = from;
        for (int i = 0; i < QUESTIONS; i++) {
            int count = Math.min(WINDOW, limit - page.size() + 1); // one more tells whether there is another page
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

    /** What one run of sessions.lua has looked at. */
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
