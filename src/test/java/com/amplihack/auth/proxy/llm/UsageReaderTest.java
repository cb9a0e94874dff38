package com.amplihack.auth.proxy.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReaderTest {
    private static final Optional<Usage> NONE = Optional.empty();
    private static final String HELLO =
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}],\"usage\":null}\n\n";
    private static final String TOLD =
            "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    @Test
    void openAisAnswersSayTheirUsage() {
        assertEquals(
                used(5, 7),
                json(
                        LlmApi.CHAT,
                        "{\"choices\":[{\"message\":{\"content\":\"\\\"usage\\\":{}\"}}],"
                                + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}"));
        assertEquals(
                used(36, 87),
                json(
                        LlmApi.RESPONSES,
                        "{ \"output\" : [ ] , \"usage\" : { \"input_tokens\" : 36 , \"output_tokens\" : 87 } , \"user\":null}"));
        assertEquals(
                used(8, 0),
                json(
                        LlmApi.EMBEDDINGS,
                        "{\"data\":[{\"embedding\":[0.1,-2e-3]}],\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}"));
    }

    @Test
    void anthropicsCachedTokensAreTokensOfThePrompt() {
        assertEquals(
                used(2_112, 503),
                json(
                        LlmApi.MESSAGES,
                        "{\"content\":[{\"text\":\"Hi\"}],\"usage\":{\"input_tokens\":12,\"cache_creation_input_tokens\":100,"
                                + "\"cache_read_input_tokens\":2000,\"output_tokens\":503}}"));
    }

    @Test
    void openAisStreamSaysItInItsLastEvent() {
        assertEquals(used(5, 7), stream(LlmApi.CHAT, HELLO + HELLO + TOLD + DONE));
        assertEquals(used(5, 7), stream(LlmApi.CHAT, HELLO + TOLD), "without [DONE]");
        assertEquals(used(5, 7), stream(LlmApi.CHAT, (HELLO + TOLD + DONE).replace("\n", "\r\n")));
        assertEquals(used(5, 7), stream(LlmApi.CHAT, (HELLO + TOLD + DONE).replace("\n", "\r")));
        assertEquals(used(5, 7), stream(LlmApi.CHAT, HELLO + TOLD.replace("data: ", ": comment\nid: 7\ndata:")));
        assertEquals(used(5, 7), stream(LlmApi.CHAT, HELLO + TOLD.replace(",\"usage\"", ",\ndata: \"usage\"")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"response.completed", "response.incomplete"})
    void theEventOfAFinishedResponseSaysIt(String type) {
        String stream = "event: response.created\n"
                + "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"output\":[],\"usage\":null}}\n\n"
                + "event: response.output_text.delta\n"
                + "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n"
                + "event: " + type + "\n"
                + "data: {\"type\":\"" + type + "\",\"response\":{\"id\":\"r\",\"output\":[{\"content\":[{\"text\":\""
                + "long ".repeat(50_000) + "\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}]}],"
                + "\"usage\":{\"input_tokens\":9,\"output_tokens\":4}}}\n\n";
        assertEquals(used(9, 4), stream(LlmApi.RESPONSES, stream));
    }

    @Test
    void anthropicsFirstEventSaysThePromptAndTheLastTheAnswer() {
        String start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[],"
                + "\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":5,\"output_tokens\":1}}}\n\n";
        String delta = "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n";
        assertEquals(NONE, stream(LlmApi.MESSAGES, start + delta), "cut off");
        String first = end("{\"output_tokens\":8}");
        assertEquals(used(30, 15), stream(LlmApi.MESSAGES, start + delta + first + end("{\"output_tokens\":15}")));
        assertEquals(used(40, 15), stream(LlmApi.MESSAGES, start + end("{\"input_tokens\":40,\"output_tokens\":15}")));
    }

    private static String end(String usage) {
        return "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":" + usage + "}\n\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt_tokens\":-5,\"completion_tokens\":7}",
                "{\"prompt_tokens\":5,\"completion_tokens\":-7}",
                "{\"prompt_tokens\":5,\"completion_tokens\":9007199254740993}",
                "{\"prompt_tokens\":5,\"completion_tokens\":1e999999999}",
                "{\"prompt_tokens\":5,\"completion_tokens\":7.5}",
                "{\"prompt_tokens\":\"5\",\"completion_tokens\":7}",
                "{\"prompt_tokens\":5,\"completion_tokens\":[7]}",
                "{\"prompt_tokens\":5,\"completion_tokens\":true}",
                "{\"prompt_tokens\":5,\"completion_tokens\":7,\"completion_tokens\":8}",
                "{\"prompt_tokens\":9007199254740992,\"cache_read_input_tokens\":1,\"completion_tokens\":7}",
                "{\"prompt_tokens\":5,\"completion_tokens\":null}",
                "{\"prompt_tokens\":5}",
                "{\"completion_tokens\":7}",
                "{\"total_tokens\":12}",
                "{}",
                "[{\"prompt_tokens\":5,\"completion_tokens\":7}]",
                "\"text\"",
                "12",
                "null"
            })
    void aLieIsNoUsage(String usage) {
        assertEquals(NONE, json(LlmApi.CHAT, "{\"choices\":[],\"usage\":" + usage + "}"));
        assertEquals(NONE, stream(LlmApi.CHAT, HELLO + "data: {\"choices\":[],\"usage\":" + usage + "}\n\n" + DONE));
        assertEquals(
                used(5, 7),
                stream(LlmApi.CHAT, HELLO + TOLD + "data: {\"choices\":[],\"usage\":" + usage + "}\n\n" + DONE),
                "the last one that can be");
    }

    @Test
    void theLastOfTwoCounts() {
        String second = TOLD.replace(":7", ":9");
        assertEquals(used(5, 9), stream(LlmApi.CHAT, HELLO + TOLD + second + DONE));
        assertEquals(
                used(3, 4),
                json(
                        LlmApi.CHAT,
                        "{\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2},"
                                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}"));
    }

    @Test
    void whatIsNotAtItsPlaceIsNoUsage() {
        String told = "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}";
        assertEquals(NONE, json(LlmApi.CHAT, "{\"choices\":[{" + told + "}]}"));
        assertEquals(NONE, json(LlmApi.CHAT, "{\"a\":{" + told + "}}"));
        assertEquals(NONE, json(LlmApi.CHAT, "[{" + told + "}]"));
        assertEquals(NONE, json(LlmApi.CHAT, "{\"a\":\"{" + told.replace("\"", "\\\"") + "}\"}"));
        assertEquals(NONE, json(LlmApi.CHAT, "}}{" + told.substring(1) + "}"));
        assertEquals(NONE, json(LlmApi.CHAT, ""));
        assertEquals(NONE, stream(LlmApi.CHAT, "event: {" + told + "}\n\nnodata: {" + told + "}\n\n"));
    }

    @Test
    void aUsageWithoutEndCostsNoMemory() {
        assertEquals(
                NONE,
                json(
                        LlmApi.CHAT,
                        "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"a\":\"" + "x".repeat(5_000)
                                + "\"}}"));
    }

    @Test
    void theEventThatWasNotAskedForIsTakenOut() {
        for (String newline : List.of("\n", "\r\n", "\r")) {
            String kept = (HELLO + DONE).replace("\n", newline);
            String all = (HELLO + TOLD + DONE).replace("\n", newline);
            for (int size = 1; size <= all.length(); size++) {
                UsageReader reader = new UsageReader(LlmApi.CHAT, true, true);
                assertEquals(kept, passed(reader, all, size), newline.length() + " by " + size);
                assertEquals(used(5, 7), reader.usage());
            }
        }
    }

    @Test
    void nothingElseIsTakenOut() {
        for (String event : List.of(
                TOLD.replace("[]", "[{\"finish_reason\":\"stop\"}]"),
                TOLD.replace("\"choices\":[],", ""),
                "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n",
                "data: {\"choices\":[],\"usage\":null}\n\n",
                ": keep-alive\n\n",
                "\n\n\n",
                "data: {\"choices\":[],\"pad\":\"" + "x".repeat(70_000) + "\",\"usage\":{}}\n\n")) {
            String all = HELLO + event + DONE;
            assertEquals(all, passed(new UsageReader(LlmApi.CHAT, true, true), all, 1_000));
        }
        String all = HELLO + TOLD + DONE;
        assertEquals(all, passed(new UsageReader(LlmApi.CHAT, true, false), all, 10));
    }

    @Test
    void aWholeEventPassesAtOnce() {
        UsageReader reader = new UsageReader(LlmApi.CHAT, true, true);
        assertEquals(HELLO, text(reader.pass(List.of(bytes(HELLO)))));
        String crlf = HELLO.replace("\n", "\r\n");
        assertEquals(crlf, text(reader.pass(List.of(bytes(crlf)))));
        assertEquals(crlf, text(reader.pass(List.of(bytes(crlf)))));
    }

    @Test
    void anEventThatWasCutOffPassesAtTheEnd() {
        UsageReader reader = new UsageReader(LlmApi.CHAT, true, true);
        assertEquals(List.of(), reader.pass(List.of(bytes("data: {\"choi"))));
        assertEquals("data: {\"choi", text(reader.end()));
    }

    @Test
    void anAnswerIsNeitherConsumedNorCopied() {
        ByteBuffer piece = bytes("xx{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}")
                .position(2);
        List<ByteBuffer> pieces = List.of(piece);
        UsageReader reader = new UsageReader(LlmApi.CHAT, false, false);
        assertSame(pieces, reader.pass(pieces));
        assertEquals(2, piece.position());
        assertEquals(used(5, 7), reader.usage());
        assertEquals(List.of(), reader.end());
    }

    /** Names, ids and the shell around it are no text of the answer. */
    @Test
    void ofACutStreamTheTextIsCounted() {
        UsageReader chat = new UsageReader(LlmApi.CHAT, true, false);
        passed(chat, HELLO.repeat(6), 11);
        assertEquals(10, chat.tokensSeen());
        UsageReader response = new UsageReader(LlmApi.RESPONSES, true, false);
        passed(
                response,
                "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg\",\"delta\":\"Hello\"}\n\n",
                7);
        assertEquals(2, response.tokensSeen());
        assertEquals(0, new UsageReader(LlmApi.CHAT, false, false).tokensSeen());
    }

    @ParameterizedTest
    @EnumSource(LlmApi.class)
    void anyBytesPass(LlmApi api) {
        java.util.Random random = new java.util.Random(7);
        String alphabet = "{}[]\",:\\ \n\rdata:usage1\u00e4";
        for (int round = 0; round < 2_000; round++) {
            String any = random.ints(60, 0, alphabet.length())
                    .mapToObj(i -> String.valueOf(alphabet.charAt(i)))
                    .collect(Collectors.joining());
            UsageReader reader = new UsageReader(api, round % 2 == 0, round % 4 == 0);
            assertEquals(any, passed(reader, any, 1 + round % 9));
            assertTrue(reader.tokensSeen() >= 0);
        }
    }

    private static Optional<Usage> used(long input, long output) {
        return Optional.of(new Usage(input, output));
    }

    /** Fed in pieces of each size, which must not matter. */
    private static Optional<Usage> json(LlmApi api, String answer) {
        return read(api, false, answer);
    }

    private static Optional<Usage> stream(LlmApi api, String answer) {
        return read(api, true, answer);
    }

    private static Optional<Usage> read(LlmApi api, boolean stream, String answer) {
        Optional<Usage> usage = NONE;
        for (int size : new int[] {1, 2, 7, 1_000_000}) {
            UsageReader reader = new UsageReader(api, stream, false);
            assertEquals(answer, passed(reader, answer, size));
            usage = reader.usage();
        }
        return usage;
    }

    private static String passed(UsageReader reader, String answer, int size) {
        byte[] all = answer.getBytes(StandardCharsets.UTF_8);
        StringBuilder passed = new StringBuilder();
        for (int at = 0; at < all.length; at += size) {
            ByteBuffer piece = ByteBuffer.wrap(all, at, Math.min(size, all.length - at));
            passed.append(latin(reader.pass(List.of(piece))));
        }
        passed.append(latin(reader.end()));
        return new String(passed.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(List<ByteBuffer> pieces) {
        return latin(pieces);
    }

    private static String latin(List<ByteBuffer> pieces) {
        return pieces.stream()
                .map(piece ->
                        StandardCharsets.ISO_8859_1.decode(piece.duplicate()).toString())
                .collect(Collectors.joining());
    }
}
