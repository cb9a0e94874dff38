package com.amplihack.auth.storm;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.HaProxy;
import com.amplihack.auth.http.Session;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * People behind a balancer who use sessions, refresh them by the recipe, and sign in and out, one request at a time each,
 * while nodes come and go; what they were answered is kept.
 */
public final class Crowd {
    /** One request: whose, what, and the answer's status (0: the connection broke) and node. */
    public record Result(int person, String request, int status, String node) {}

    /** Each of another account: the API quota of one is soon spent. */
    public static final int SESSIONS_EACH = 3;

    private static final int LOST_PAUSE_MILLIS = 100;

    private final int port;
    private final int pauseMillis;
    private final Queue<Result> results = new ConcurrentLinkedQueue<>();
    private final Queue<String> signedOut = new ConcurrentLinkedQueue<>();
    private final List<Person> people = new ArrayList<>();
    private volatile boolean goOn = true;

    /**
     * Signs them in; they do nothing yet.
     *
     * @param usernames of {@link #SESSIONS_EACH} accounts for each of them, with {@link Session#PASSWORD}
     * @param pauseMillis of each between two requests
     */
    public Crowd(int port, List<String> usernames, int pauseMillis) {
        this.port = port;
        this.pauseMillis = pauseMillis;
        for (int i = 0; i < usernames.size(); i += SESSIONS_EACH) {
            people.add(new Person(people.size(), usernames.subList(i, i + SESSIONS_EACH)));
        }
    }

    /** They do what they do until {@link #settle}. */
    public void begin() {
        people.forEach(Thread::start);
    }

    /** They finish what they are at; every session is refreshed and used once more. */
    public void settle() throws InterruptedException {
        goOn = false;
        for (Person person : people) {
            person.join();
        }
        for (Person person : people) {
            for (RecipeClient session : person.sessions) {
                refresh(person, session);
                if (!session.isAdmitted()) {
                    signedOut.add(person.getName() + ": the new token is refused");
                }
            }
        }
    }

    /** Every request until now. */
    public List<Result> results() {
        return List.copyOf(results);
    }

    /** The sessions that are over, which nobody has ended: each with the reason. */
    public List<String> signedOut() {
        return List.copyOf(signedOut);
    }

    public int sessions() {
        return people.size() * SESSIONS_EACH;
    }

    private void refresh(Person person, RecipeClient session) {
        session.refresh().refusal().ifPresent(code -> signedOut.add(person.getName() + ": " + code));
    }

    private final class Person extends Thread {
        private final int number;
        private final List<RecipeClient> sessions = new ArrayList<>();

        Person(int number, List<String> usernames) {
            super(usernames.get(0));
            this.number = number;
            for (String username : usernames) {
                Client client = new Client(port);
                Answer login = Session.login(client, username, Session.PASSWORD).send();
                if (login.status() != 200) {
                    throw new AssertionError(login);
                }
                sessions.add(new RecipeClient(
                        client, login, request -> send("POST /auth/refresh", request), LOST_PAUSE_MILLIS));
            }
        }

        @Override
        public void run() {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            while (goOn) {
                RecipeClient session = sessions.get(random.nextInt(sessions.size()));
                int what = random.nextInt(50);
                if (what == 0) {
                    visit();
                } else if (what < 8) {
                    refresh(this, session);
                } else {
                    send("GET /api/user", session.user()::send);
                }
                LossyNetwork.pause(pauseMillis);
            }
        }

        /** From sign-in to sign-out, with a bare token: if anybody between here and the node repeated it, it would be refused. */
        private void visit() {
            Client client = new Client(port);
            send("POST /auth/login", Session.login(client, getName(), Session.PASSWORD)::send)
                    .filter(login -> login.status() == 200)
                    .map(login -> login.json().getString("access_token"))
                    .ifPresent(token -> {
                        send("GET /api/user, bare", client.get("/api/user").bearer(token)::send);
                        send("POST /auth/logout", client.post("/auth/logout").bearer(token)::send);
                    });
        }

        /** The answer; empty when it was lost with the node. */
        private Optional<Answer> send(String what, Supplier<Answer> request) {
            try {
                Answer answer = request.get();
                String node = answer.header(HaProxy.SERVED_BY).orElse("");
                results.add(new Result(number, what, answer.status(), node));
                return answer.status() == 502 ? Optional.empty() : Optional.of(answer);
            } catch (UncheckedIOException broken) {
                results.add(new Result(number, what, 0, ""));
                return Optional.empty();
            }
        }
    }
}
