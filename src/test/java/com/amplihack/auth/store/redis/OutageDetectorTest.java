package com.amplihack.auth.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.store.StoreOutage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

class OutageDetectorTest {
    private static final StoreOutage BEGUN = new StoreOutage("here", OutageDetector.NO_ANSWER, Optional.empty());

    private final List<StoreOutage> told = new ArrayList<>();
    private long now;
    private final OutageDetector outages = new OutageDetector("here", () -> now);

    @BeforeEach
    void listen() {
        outages.tell(told::add);
    }

    @Test
    void anOutageIsToldOnceHoweverManyQuestionsFail() {
        outages.begin(OutageDetector.NO_ANSWER);
        outages.begin(OutageDetector.NO_ANSWER);
        outages.failed(new JedisConnectionException("broken"));

        assertEquals(List.of(BEGUN), told);
    }

    @Test
    void itIsOverFiveSecondsAfterTheLastFailure() {
        outages.begin(OutageDetector.NO_ANSWER);
        after(3_000);
        outages.failed(new JedisConnectionException("broken"));
        after(4_999);
        outages.answered();
        assertEquals(List.of(BEGUN), told);

        after(1);
        outages.answered();
        outages.answered();

        assertEquals(
                List.of(BEGUN, new StoreOutage("here", OutageDetector.NO_ANSWER, Optional.of(Duration.ofSeconds(8)))),
                told);
    }

    @Test
    void theNextOneIsToldAnew() {
        outages.begin(OutageDetector.NO_ANSWER);
        after(5_000);
        outages.answered();

        outages.begin(OutageDetector.NO_ANSWER);

        assertEquals(3, told.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    READONLY | READONLY You can't write against a read only replica.
                    LOADING  | LOADING Redis is loading the dataset in memory
                    OOM      | ERR Error running script (call to f_1): @user_script:9: -OOM command not allowed when used memory > 'maxmemory'.
                    """)
    void aRefusalOfEverybodyIsAnOutage(String reason, String message) {
        outages.failed(new JedisDataException(message));

        assertEquals(List.of(new StoreOutage("here", reason, Optional.empty())), told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "ERR Error running script (call to f_1): @user_script:30: attempt to compare nil with number"
            })
    void anErrorAboutOneRecordIsNone(String message) {
        outages.failed(new JedisDataException(message));
        outages.failed(new JedisConnectionException("one of many")); // that is the breaker's to decide

        assertEquals(List.of(), told);
    }

    private void after(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }
}
