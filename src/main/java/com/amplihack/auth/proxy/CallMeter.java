package com.amplihack.auth.proxy;

import com.amplihack.auth.metering.Settlement;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.llm.Usage;
import com.amplihack.auth.proxy.llm.UsageReader;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settles what a call has reserved, once, by what becomes of it: all is given back if it never reached the upstream; what an
 * answer says or, if it was cut off, what it held so far replaces the reservation; an error costs no tokens; a whole answer
 * that says nothing, or no answer, leaves the reservation as it is. Used by the tasks of one exchange.
 */
final class CallMeter {
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;

    private final Settlement settlement;
    private final Reserved reserved;
    private final Duration life;
    private long extendedAt = System.nanoTime();
    private boolean sent;
    private boolean whole;
    private boolean settled;
    private @Nullable UsageReader reader;

    /** @param life how long a reservation can be corrected unless it is extended */
    CallMeter(Settlement settlement, Reserved reserved, Duration life) {
        this.settlement = settlement;
        this.reserved = reserved;
        this.life = life;
    }

    /** The request is on its way: the upstream may answer it whatever happens from now on. */
    void sent() {
        sent = true;
    }

    /** An answer of which nothing is understood but its status; an error is settled before the client sees it, and tries again. */
    void answered(int status) {
        if (status >= 400 && status != BAD_GATEWAY && status != GATEWAY_TIMEOUT) { // which may have been generated
            settle(Optional.of(new Usage(0, 0)));
        }
    }

    /** The filter that reads the usage from an answer on its way. */
    AnswerFilter reading(UsageReader usage) {
        reader = usage;
        return new AnswerFilter() {
            @Override
            public List<ByteBuffer> pass(List<ByteBuffer> piece) {
                List<ByteBuffer> passed = usage.pass(piece);
                if (usage.isWhole()) {
                    settle(usage.usage()); // before the client has the end of the answer
                }
                extend();
                return passed;
            }

            @Override
            public List<ByteBuffer> end() {
                whole = true;
                List<ByteBuffer> rest = usage.end();
                settle(usage.usage());
                return rest;
            }

            @Override
            public boolean changesBytes() {
                return usage.changesBytes();
            }
        };
    }

    /** A reservation lives at least as long as the answer. */
    private void extend() {
        long now = System.nanoTime();
        if (now - extendedAt > life.toNanos() / 2) {
            extendedAt = now;
            settlement.extend(reserved, life);
        }
    }

    /**
     * The exchange has ended.
     *
     * @param reached whether the upstream may have received the request
     */
    void over(boolean reached) {
        if (!sent || !reached) {
            settled = true;
            settlement.giveBack(reserved);
        }
        UsageReader cutOff = reader;
        if (cutOff != null
                && !whole
                && cutOff.isStream()) { // an answer that is no stream was generated before it began
            settle(cutOff.usage().or(() -> Optional.of(seen(cutOff))));
        }
    }

    private Usage seen(UsageReader cutOff) {
        return new Usage(Math.max(reserved.promptTokens(), cutOff.inputTold()), cutOff.tokensSeen());
    }

    private void settle(Optional<Usage> used) {
        if (!settled && used.isPresent()) {
            settled = true;
            settlement.settle(
                    reserved, used.map(usage -> new TokenUsage(bounded(usage.input()), bounded(usage.output()))));
        }
    }

    private static long bounded(long tokens) {
        return Math.min(tokens, Budget.MOST);
    }
}
