package com.amplihack.auth.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.metering.Settlement;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.llm.LlmApi;
import com.amplihack.auth.proxy.llm.UsageReader;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallMeterTest {
    private static final Reserved RESERVED = new Reserved("alice", "1", 9, 100);
    private static final String ANSWER =
            "{\"choices\":[{\"text\":\"Hello!\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}";

    private final List<String> settled = new ArrayList<>();
    private final CallMeter meter = new CallMeter(new Recorder(), RESERVED, Duration.ofMinutes(3));

    private final class Recorder extends Settlement {
        @SuppressWarnings("DataFlowIssue") // nothing of it is used
        Recorder() {
            super(null, null);
        }

        @Override
        public void settle(Reserved reserved, Optional<TokenUsage> used) {
            settled.add(used.map(usage -> usage.input() + "+" + usage.output()).orElse("stands"));
        }

        @Override
        public void giveBack(Reserved reserved) {
            settled.add("given back");
        }
    }

    @Test
    void whatNeverReachedTheUpstreamIsGivenBack() {
        meter.over(true);
        assertEquals(List.of("given back"), settled);
    }

    @Test
    void whatCouldNotBeSentIsGivenBack() {
        meter.sent();
        meter.over(false);
        assertEquals(List.of("given back"), settled);
    }

    @Test
    void aCallWithoutAnAnswerCostsWhatWasReserved() {
        meter.sent();
        meter.over(true);
        assertEquals(List.of(), settled);
    }

    @Test
    void anErrorCostsNoTokens() {
        meter.sent();
        meter.answered(400);
        assertEquals(List.of("0+0"), settled, "before the client sees it, and tries again");
        meter.over(true);
        assertEquals(List.of("0+0"), settled);
    }

    @Test
    void aWholeAnswerIsSettledOnceWithItsLastByte() {
        AnswerFilter filter = answered(false);
        pass(filter, ANSWER.substring(0, ANSWER.length() - 1));
        assertEquals(List.of(), settled, "another usage could follow");
        pass(filter, "}");
        assertEquals(List.of("5+7"), settled);
        filter.end();
        meter.over(true);
        assertEquals(List.of("5+7"), settled);
    }

    @Test
    void aStreamIsSettledAtItsEnd() {
        AnswerFilter filter = answered(true);
        pass(filter, "data: " + ANSWER + "\n\n");
        assertEquals(List.of(), settled);
        filter.end();
        assertEquals(List.of("5+7"), settled);
    }

    @Test
    void aWholeAnswerThatSaysNothingCostsWhatWasReserved() {
        AnswerFilter filter = answered(false);
        pass(filter, "{}");
        filter.end();
        meter.over(true);
        assertEquals(List.of(), settled);
    }

    @Test
    void anAnswerThatIsCutOffCostsItsPromptAndItsTextSoFar() {
        pass(answered(true), "data: {\"choices\":[{\"text\":\"Hello!\"}]}\n\n");
        meter.over(true);
        assertEquals(List.of("9+2"), settled);
    }

    @Test
    void aCutBehindTheUsageCostsWhatItSays() {
        pass(answered(true), "data: " + ANSWER + "\n\n");
        meter.over(true);
        assertEquals(List.of("5+7"), settled);
    }

    /** It was generated, and has its price, before its first byte came. */
    @Test
    void anAnswerThatIsNoStreamCostsWhatWasReservedWhereverItIsCutOff() {
        pass(answered(false), "{\"choices\":[{\"text\":\"Hello!\"");
        meter.over(true);
        assertEquals(List.of(), settled);
    }

    @Test
    void aCutStreamCostsThePromptThatItHasTold() {
        AnswerFilter filter = answered(LlmApi.MESSAGES, true);
        pass(
                filter,
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
                        + "{\"input_tokens\":4000,\"output_tokens\":1}}}\n\n");
        meter.over(true);
        assertEquals(List.of("4000+0"), settled);
    }

    /** The model behind a gateway may have answered it. */
    @ParameterizedTest
    @ValueSource(ints = {502, 504})
    void theErrorOfAGatewayCostsWhatWasReserved(int status) {
        meter.sent();
        meter.answered(status);
        meter.over(true);
        assertEquals(List.of(), settled);
    }

    private AnswerFilter answered(boolean stream) {
        return answered(LlmApi.CHAT, stream);
    }

    private AnswerFilter answered(LlmApi api, boolean stream) {
        meter.sent();
        meter.answered(200);
        return meter.reading(new UsageReader(api, stream, false));
    }

    private static void pass(AnswerFilter filter, String piece) {
        filter.pass(List.of(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8))));
    }
}
