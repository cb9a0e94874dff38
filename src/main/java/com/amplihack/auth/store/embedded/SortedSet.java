package com.amplihack.auth.store.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** A Redis sorted set: members ordered by score, then by name. */
final class SortedSet {
    private static final Comparator<Member> ORDER =
            Comparator.comparingDouble(Member::score).thenComparing(Member::name);

    private final Map<String, Double> scores = new HashMap<>();
    private final NavigableSet<Member> members = new TreeSet<>(ORDER);

    record Member(String name, double score) {}

    /** The scores between two bounds in Redis's notation: {@code -inf}, {@code +inf}, {@code 5} or {@code (5}. */
    record Range(DoublePredicate below, DoublePredicate above) {
        static Range of(String min, String max) {
            double least = number(min);
            double most = number(max);
            return new Range(
                    min.startsWith("(") ? score -> score <= least : score -> score < least,
                    max.startsWith("(") ? score -> score >= most : score -> score > most);
        }

        private static double number(String bound) {
            String number = bound.startsWith("(") ? bound.substring(1) : bound;
            return switch (number) {
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "+inf" -> Double.POSITIVE_INFINITY;
                default -> Double.parseDouble(number);
            };
        }
    }

    int size() {
        return scores.size();
    }

    @Nullable
    Double score(String name) {
        return scores.get(name);
    }

    /** Adds a member or sets its score; returns whether it is new. */
    boolean add(String name, double score) {
        Double before = scores.put(name, score);
        if (before != null) {
            members.remove(new Member(name, before));
        }
        members.add(new Member(name, score));
        return before == null;
    }

    boolean remove(String name) {
        Double score = scores.remove(name);
        return score != null && members.remove(new Member(name, score));
    }

    int removeRange(Range range) {
        List<Member> inside = range(range, false, 0, Integer.MAX_VALUE);
        inside.forEach(member -> remove(member.name()));
        return inside.size();
    }

    /** Counts the members in the range; iterates over those outside it, since the scripts have removed most of them. */
    int count(Range range) {
        int outside = 0;
        for (Member member : members) {
            if (!range.below().test(member.score())) {
                break;
            }
            outside++;
        }
        for (Member member : members.descendingSet()) {
            if (outside == size() || !range.above().test(member.score())) {
                break;
            }
            outside++;
        }
        return size() - outside;
    }

    /** At most {@code count} members in the range, after the first {@code skipped} ones. */
    List<Member> range(Range range, boolean reverse, int skipped, int count) {
        DoublePredicate before = reverse ? range.above() : range.below();
        DoublePredicate after = reverse ? range.below() : range.above();
        List<Member> found = new ArrayList<>();
        int left = skipped;
        for (Member member : reverse ? members.descendingSet() : members) {
            if (found.size() == count || after.test(member.score())) {
                break;
            }
            if (!before.test(member.score()) && left-- <= 0) {
                found.add(member);
            }
        }
        return found;
    }

    /** The members from one rank to another, both inclusive; -1 is the last rank. */
    List<Member> range(int first, int last, boolean reverse) {
        int end = last < 0 ? size() + last : last;
        Iterator<Member> all = reverse ? members.descendingIterator() : members.iterator();
        List<Member> found = new ArrayList<>();
        for (int place = 0; place <= end && all.hasNext(); place++) {
            Member member = all.next();
            if (place >= first) {
                found.add(member);
            }
        }
        return found;
    }

    /** The rank of a member from the highest score; null if it is not in the set. */
    @Nullable
    Long reverseRank(String name) {
        Double score = scores.get(name);
        return score == null
                ? null
                : Long.valueOf(members.tailSet(new Member(name, score), false).size());
    }
}
