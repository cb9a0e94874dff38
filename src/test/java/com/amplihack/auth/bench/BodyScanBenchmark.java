package com.amplihack.auth.bench;

import com.amplihack.auth.proxy.llm.LlmApi;
import com.amplihack.auth.proxy.llm.LlmRequest;
import com.amplihack.auth.proxy.llm.UsageReader;
import com.amplihack.auth.web.StrictJson;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How many microseconds of its processor's time one thread takes to read and limit a body, beside building its document and
 * copying it as often as the way through the servlet container and the JDK's client does. No test, asserts nothing;
 * {@code src/test/bench/body-scan.sh} runs it.
 */
public final class BodyScanBenchmark {
    private static final int PASSES = 7;
    private static final long PASS_NANOS = 500_000_000L;
    private static final int COPIES = 4;
    private static final int CHUNK = 16_384;

    private BodyScanBenchmark() {}

    public static void main(String[] arguments) {
        System.out.println("| body | bytes | read and limited | its document | copied four times |");
        System.out.println("| --- | --- | --- | --- | --- |");
        compare("a question", body("How are you? ", 1));
        compare("1,000 tokens", body("All the words of a prompt are plain. ", 110));
        compare("100,000 tokens", body("All the words of a prompt are plain. ", 10_900));
        compare("100,000 tokens, not ASCII", body("Größe, 漢字 und 😀 im Text. ", 10_900));
        System.out.println();
        System.out.println("| answer | bytes | usage read |");
        System.out.println("| --- | --- | --- |");
        answer(
                "JSON of 1,000 tokens",
                false,
                "{\"choices\":[{\"message\":{\"content\":\"" + "word ".repeat(1_000)
                        + "\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1000}}");
        answer(
                "stream of 1,000 tokens",
                true,
                ("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
                                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"},\"finish_reason\":null}]}\n\n")
                        .repeat(1_000));
    }

    private static byte[] body(String text, int times) {
        return ("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text.repeat(times)
                        + "\"}],\"stream\":true,\"max_tokens\":10000}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void compare(String what, byte[] body) {
        double scan = micros(() -> LlmRequest.read("/chat/completions", body, body.length)
                .orElseThrow()
                .limitedTo(4_096)
                .size());
        double document = micros(() -> StrictJson.parse(body).size());
        double copy = micros(() -> {
            int sum = 0;
            for (int i = 0; i < COPIES; i++) {
                sum += Arrays.copyOf(body, body.length)[body.length / 2];
            }
            return sum;
        });
        System.out.printf(
                Locale.ROOT, "| %s | %d | %.1f µs | %.1f µs | %.1f µs |%n", what, body.length, scan, document, copy);
    }

    private static void answer(String what, boolean stream, String text) {
        byte[] answer = text.getBytes(StandardCharsets.UTF_8);
        double read = micros(() -> {
            UsageReader reader = new UsageReader(LlmApi.CHAT, stream, stream);
            int passed = 0;
            for (int at = 0; at < answer.length; at += CHUNK) {
                passed += reader.pass(List.of(ByteBuffer.wrap(answer, at, Math.min(CHUNK, answer.length - at))))
                        .size();
            }
            return passed;
        });
        System.out.printf(Locale.ROOT, "| %s | %d | %.1f µs |%n", what, answer.length, read);
    }

    /** What is measured, once; the result keeps the compiler from leaving it out. */
    @FunctionalInterface
    private interface Work {
        int once();
    }

    /** The median of several passes, after as many to warm up. */
    private static double micros(Work work) {
        double[] passes = new double[PASSES];
        for (int i = 0; i < 2 * PASSES; i++) {
            passes[i % PASSES] = pass(work);
        }
        Arrays.sort(passes);
        return passes[PASSES / 2];
    }

    private static double pass(Work work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long used;
        long count = 0;
        long sum = 0;
        do {
            for (int i = 0; i < 10; i++) {
                sum += work.once();
            }
            count += 10;
            used = threads.getCurrentThreadCpuTime() - start;
        } while (used < PASS_NANOS);
        if (sum == 42) {
            System.out.print("");
        }
        return used / 1_000.0 / count;
    }
}
