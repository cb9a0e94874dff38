package com.amplihack.auth.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    private final SerialExecutor serial = new SerialExecutor();

    @Test
    void aTaskFromWithinATaskRunsAfterIt() {
        List<String> order = new ArrayList<>();
        serial.execute(() -> {
            serial.execute(() -> order.add("inner"));
            order.add("outer");
        });
        serial.execute(() -> order.add("next"));
        assertEquals(List.of("outer", "inner", "next"), order);
    }

    @Test
    void noTwoTasksRunAtOnceAndNoneIsLost() throws InterruptedException {
        int[] count = new int[1]; // unguarded: a lost update would show
        int tasks = 200_000;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            threads.execute(() -> {
                for (int j = 0; j < tasks; j++) {
                    serial.execute(() -> count[0]++);
                }
            });
        }
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.MINUTES);
        assertEquals(4 * tasks, count[0]);
    }
}
