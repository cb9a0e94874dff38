package com.amplihack.auth.store.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys with times to live, and those Redis commands that the scripts use, with the same answers as in Redis; any other
 * command is an error. Not thread-safe: the owner holds a lock during a script, for which the time stands still.
 */
final class Keyspace {
    private static final int SWEEP_LIMIT = 1_000; // keys removed before a script: more than any script creates
    private static final int KEY_COST = 4; // in elements

    private final Map<String, Entry> entries = new HashMap<>();
    private final NavigableSet<Entry> expiring = new TreeSet<>(
            Comparator.<Entry>comparingLong(entry -> entry.expiresAt).thenComparing(entry -> entry.key));
    private final long maxElements;
    private long elements;
    private long now;
    private boolean written;

    /** @param maxElements the maximum number of strings, fields and members; a key counts as four of them */
    Keyspace(long maxElements) {
        this.maxElements = maxElements;
    }

    /** The error that Redis, too, would answer. */
    static final class CommandException extends RuntimeException {
        private static final long serialVersionUID = 1;

        CommandException(String error) {
            super(error, null, false, false);
        }
    }

    private static final class Entry {
        final String key;
        final Object value;
        long expiresAt = Long.MAX_VALUE;

        Entry(String key, Object value) {
            this.key = key;
            this.value = value;
        }

        int elements() {
            if (value instanceof Map<?, ?> hash) {
                return KEY_COST + hash.size();
            }
            return KEY_COST + (value instanceof SortedSet set ? set.size() : 1);
        }
    }

    /** Begins a script: sets the time, and removes some of the expired keys. */
    void begin(long millis) {
        now = millis;
        written = false;
        for (int i = 0; i < SWEEP_LIMIT && !expiring.isEmpty() && expiring.first().expiresAt <= now; i++) {
            remove(expiring.first());
        }
    }

    int size() {
        return entries.size();
    }

    /** The number of keys that have not expired and match. */
    long count(Predicate<String> test) {
        return entries.values().stream()
                .filter(entry -> entry.expiresAt > now && test.test(entry.key))
                .count();
    }

    /**
     * Runs a command.
     *
     * @return a String, a Long, a List of answers, or null
     * @throws CommandException if Redis would answer with an error
     */
    @Nullable
    Object call(String command, List<String> a) {
        return switch (command) {
            case "TIME" -> List.of(Long.toString(now / 1000), Long.toString(now % 1000 * 1000));
            case "DEL" -> a.stream().filter(this::delete).count();
            case "PTTL" -> ttl(a.get(0));
            case "PEXPIRE" -> expire(a.get(0), Long.parseLong(a.get(1)));
            case "GET" -> find(a.get(0), String.class);
            case "SET" -> set(a);
            case "HGET" -> hash(a.get(0)).get(a.get(1));
            case "HMGET" -> fields(a);
            case "HGETALL" -> flat(hash(a.get(0)));
            case "HSET" -> putAll(a);
            case "HINCRBY" -> increment(a.get(0), a.get(1), Long.parseLong(a.get(2)));
            case "ZADD" -> add(a);
            case "ZREM" -> change(a.get(0), set -> set.remove(a.get(1)) ? 1 : 0);
            case "ZREMRANGEBYSCORE" -> change(a.get(0), set -> set.removeRange(SortedSet.Range.of(a.get(1), a.get(2))));
            case "ZCARD" -> (long) sortedSet(a.get(0)).size();
            case "ZCOUNT" -> (long) sortedSet(a.get(0)).count(SortedSet.Range.of(a.get(1), a.get(2)));
            case "ZSCORE" -> text(sortedSet(a.get(0)).score(a.get(1)));
            case "ZREVRANK" -> sortedSet(a.get(0)).reverseRank(a.get(1));
            case "ZRANGE" -> range(a);
            case "ZRANGEBYSCORE" -> rangeByScore(a.get(0), a.get(1), a.get(2), Options.of(a));
            default -> throw new CommandException("ERR unknown command '" + command + "'");
        };
    }

    private boolean delete(String key) {
        Entry entry = entry(key);
        if (entry != null) {
            remove(entry);
        }
        return entry != null;
    }

    private Long ttl(String key) {
        Entry entry = entry(key);
        if (entry == null) {
            return -2L;
        }
        return entry.expiresAt == Long.MAX_VALUE ? -1 : entry.expiresAt - now;
    }

    private Long expire(String key, long millis) {
        Entry entry = entry(key);
        if (entry == null) {
            return 0L;
        }
        expiring.remove(entry);
        entry.expiresAt = now + millis;
        expiring.add(entry);
        return 1L;
    }

    private String set(List<String> a) {
        if (a.size() != 4 || !a.get(2).equals("PX")) {
            throw new CommandException("ERR syntax error");
        }
        long millis = Long.parseLong(a.get(3));
        if (millis <= 0) {
            throw new CommandException("ERR invalid expire time in 'set' command");
        }
        refuseIfFull();
        delete(a.get(0));
        make(a.get(0), a.get(1));
        expire(a.get(0), millis);
        return "OK";
    }

    private List<String> fields(List<String> a) {
        Map<String, String> hash = hash(a.get(0));
        List<String> values = new ArrayList<>(a.size() - 1);
        a.subList(1, a.size()).forEach(field -> values.add(hash.get(field)));
        return values;
    }

    private static List<String> flat(Map<String, String> hash) {
        List<String> flat = new ArrayList<>(2 * hash.size());
        hash.forEach((field, value) -> {
            flat.add(field);
            flat.add(value);
        });
        return flat;
    }

    private Long putAll(List<String> a) {
        if (a.size() < 3 || a.size() % 2 == 0) {
            throw new CommandException("ERR wrong number of arguments for 'hset' command");
        }
        refuseIfFull();
        Map<String, String> hash = hashToWrite(a.get(0));
        int before = hash.size();
        for (int i = 1; i < a.size(); i += 2) {
            hash.put(a.get(i), a.get(i + 1));
        }
        elements += hash.size() - before;
        return (long) hash.size() - before;
    }

    private Long increment(String key, String field, long by) {
        written = true; // never refused, so that sessions can be ended when memory is full
        Map<String, String> hash = hashToWrite(key);
        int before = hash.size();
        String after = hash.merge(
                field, Long.toString(by), (old, more) -> Long.toString(Math.addExact(Long.parseLong(old), by)));
        elements += hash.size() - before;
        return Long.valueOf(after);
    }

    private Long add(List<String> a) {
        if (a.size() != 3) {
            throw new CommandException("ERR syntax error");
        }
        refuseIfFull();
        SortedSet set = write(a.get(0), SortedSet.class, SortedSet::new);
        boolean added = set.add(a.get(2), Double.parseDouble(a.get(1)));
        elements += added ? 1 : 0;
        return added ? 1L : 0L;
    }

    private interface Removal {
        int from(SortedSet set);
    }

    private Long change(String key, Removal removal) {
        SortedSet set = sortedSet(key);
        int removed = removal.from(set);
        elements -= removed;
        if (removed > 0 && set.size() == 0) {
            delete(key);
        }
        return (long) removed;
    }

    private List<String> range(List<String> a) {
        Options options = Options.of(a);
        if (options.byScore) {
            // the bounds are given in the order of the answer
            return options.reverse
                    ? rangeByScore(a.get(0), a.get(2), a.get(1), options)
                    : rangeByScore(a.get(0), a.get(1), a.get(2), options);
        }
        return options.answer(
                sortedSet(a.get(0)).range(Integer.parseInt(a.get(1)), Integer.parseInt(a.get(2)), options.reverse));
    }

    private List<String> rangeByScore(String key, String min, String max, Options options) {
        return options.answer(
                sortedSet(key).range(SortedSet.Range.of(min, max), options.reverse, options.skipped, options.count));
    }

    /** The options after the bounds of a range. */
    private static final class Options {
        private boolean byScore;
        private boolean reverse;
        private boolean withScores;
        private int skipped;
        private int count = Integer.MAX_VALUE;

        static Options of(List<String> a) {
            Options options = new Options();
            Iterator<String> rest = a.listIterator(3);
            while (rest.hasNext()) {
                switch (rest.next()) {
                    case "BYSCORE" -> options.byScore = true;
                    case "REV" -> options.reverse = true;
                    case "WITHSCORES" -> options.withScores = true;
                    case "LIMIT" -> {
                        options.skipped = Integer.parseInt(rest.next());
                        options.count = Integer.parseInt(rest.next());
                    }
                    default -> throw new CommandException("ERR syntax error");
                }
            }
            return options;
        }

        List<String> answer(List<SortedSet.Member> members) {
            List<String> answer = new ArrayList<>(2 * members.size());
            for (SortedSet.Member member : members) {
                answer.add(member.name());
                if (withScores) {
                    answer.add(text(member.score()));
                }
            }
            return answer;
        }
    }

    /** A score as Redis writes it; the scripts use whole numbers only. */
    private static @Nullable String text(@Nullable Double score) {
        return score == null ? null : Long.toString(score.longValue());
    }

    private Map<String, String> hash(String key) {
        @SuppressWarnings("unchecked") // no other maps are stored
        Map<String, String> hash = find(key, Map.class);
        return hash == null ? Map.of() : hash;
    }

    @SuppressWarnings("unchecked") // no other maps are stored
    private Map<String, String> hashToWrite(String key) {
        return write(key, Map.class, LinkedHashMap::new);
    }

    private SortedSet sortedSet(String key) {
        SortedSet set = find(key, SortedSet.class);
        return set == null ? new SortedSet() : set;
    }

    private <T> T write(String key, Class<T> type, Supplier<T> fresh) {
        T present = find(key, type);
        if (present != null) {
            return present;
        }
        T value = fresh.get();
        make(key, value);
        return value;
    }

    /** Refuses only a script's first write, as Redis does, so that no script is left half done. */
    private void refuseIfFull() {
        if (elements >= maxElements && !written) {
            throw new CommandException("OOM the store in memory is full");
        }
        written = true;
    }

    private void make(String key, Object value) {
        Entry entry = new Entry(key, value);
        entries.put(key, entry);
        elements += entry.elements();
    }

    private <T> @Nullable T find(String key, Class<T> type) {
        Entry entry = entry(key);
        if (entry != null && !type.isInstance(entry.value)) {
            throw new CommandException("WRONGTYPE Operation against a key holding the wrong kind of value");
        }
        return entry == null ? null : type.cast(entry.value);
    }

    private @Nullable Entry entry(String key) {
        Entry entry = entries.get(key);
        if (entry != null && entry.expiresAt <= now) {
            remove(entry);
            return null;
        }
        return entry;
    }

    private void remove(Entry entry) {
        expiring.remove(entry);
        entries.remove(entry.key);
        elements -= entry.elements();
    }
}
