package com.amplihack.auth.proxy.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlmRequestTest {
    private static final String CHAT = "/chat/completions";
    private static final String NOT_ACCEPTABLE = "The body is not acceptable: ";

    @Test
    void aChatSaysItsModelAndItsLimit() {
        LlmRequest request = chat("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\",\"model\":\"nested\"}],"
                + "\"model\":\"gpt-4o\",\"max_tokens\":100,\"stream\":true}");
        assertSame(LlmApi.CHAT, request.api());
        assertEquals(Optional.of("gpt-4o"), request.model());
        assertEquals(OptionalLong.of(100), request.answerTokens());
        assertTrue(request.isStreamed());
    }

    @Test
    void aThirdOfTheBytesIsThePrompt() {
        assertEquals(1, chat("{ }").promptTokens());
        assertEquals(2, chat("{  }").promptTokens());
        assertEquals(3, chat("{\"a\":1}").promptTokens());
    }

    @Test
    void anArrayMayBeLongerThanTheBody() {
        byte[] body = "{\"model\":\"a\"}, and what was read before".getBytes(StandardCharsets.UTF_8);
        LlmRequest request = LlmRequest.read(CHAT, body, 13).orElseThrow();
        assertEquals(5, request.promptTokens());
        assertEquals("{\"max_tokens\":7,\"model\":\"a\"}", text(request.limitedTo(7)));
    }

    @ParameterizedTest
    @CsvSource({
        "/chat/completions, CHAT",
        "/Chat/COMPLETIONS, CHAT",
        "/responses, RESPONSES",
        "/embeddings, EMBEDDINGS",
        "/messages, MESSAGES"
    })
    void fourPathsAreUnderstoodInAnyCase(String path, LlmApi api) {
        assertEquals(
                Optional.of(api),
                LlmRequest.read(path, new byte[] {'{', '}'}, 2).map(LlmRequest::api));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/models", "/messages/count_tokens", "/threads/a/messages", "/responses/", "/v1/responses", ""})
    void otherPathsAreRequestsWithoutTokens(String path) {
        assertEquals(Optional.empty(), LlmRequest.read(path, "{broken".getBytes(StandardCharsets.UTF_8), 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "hello", "[1,2]", "\"text\"", "a=b&model=c", "--boundary\r\n", "7"})
    void whatIsNoJsonObjectIsARequestWithoutTokens(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        assertEquals(Optional.empty(), LlmRequest.read(CHAT, bytes, bytes.length));
    }

    /** Python's and Node's decoders guess the encoding: an object that is hidden so would cost nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void anObjectInAnotherEncodingIsRefused(String charset) {
        for (String prefix : new String[] {"", "\uFEFF", " ", "\n\n"}) {
            byte[] body = (prefix + "{\"model\":\"a\",\"max_tokens\":9999}").getBytes(Charset.forName(charset));
            refusal(CHAT, body);
        }
        refusal(CHAT, "\uFEFF{}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void zerosAreNoObject() {
        assertEquals(Optional.empty(), LlmRequest.read(CHAT, new byte[1_000], 1_000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json |",
                "application/json; charset=utf-8 | identity",
                "application/json;Charset=\"UTF8\" | ''",
                " | Identity",
                "|"
            })
    void aPlainBodyIsTaken(String type, String coding) {
        LlmRequest.requirePlain(CHAT, list(type), list(coding));
    }

    /** Upstreams decode these before they read the body. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | gzip",
                "application/json | identity, gzip",
                " | br",
                "application/json; charset=utf-7 |",
                "application/json; charset = \"UTF-16LE\" |",
                "application/json; charset=utf-8; charset=utf-7 |"
            })
    void aBodyThatIsHiddenIsRefused(String type, String coding) {
        AuthException refused =
                assertThrows(AuthException.class, () -> LlmRequest.requirePlain(CHAT, list(type), list(coding)));
        assertSame(ErrorCode.UNSUPPORTED_MEDIA_TYPE, refused.code());
        LlmRequest.requirePlain("/audio/transcriptions", list(type), list(coding));
    }

    @ParameterizedTest
    @ValueSource(strings = {"C0 AF", "ED A0 80", "F8 88 80 80 80", "FF", "C3", "E2 82", "80"})
    void invalidUtf8IsRefusedWhereverItStands(String hex) {
        byte[] head = "{\"messages\":\"".getBytes(StandardCharsets.UTF_8);
        String[] bytes = hex.split(" ");
        byte[] body = Arrays.copyOf(head, head.length + bytes.length + 2);
        IntStream.range(0, bytes.length).forEach(i -> body[head.length + i] = (byte) Integer.parseInt(bytes[i], 16));
        body[body.length - 2] = '"';
        body[body.length - 1] = '}';
        assertEquals(NOT_ACCEPTABLE + "it is not valid UTF-8.", refusal(CHAT, body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":\"\t\"}",
                "{\"a\":1}}",
                "{\"a\":[}",
                "{\"a\":1}//",
                "{/**/\"a\":1}"
            })
    void malformedJsonIsRefused(String body) {
        assertEquals(NOT_ACCEPTABLE + "it is not well-formed JSON.", refusal(body));
    }

    @Test
    void nothingMayFollowTheObject() {
        assertEquals(NOT_ACCEPTABLE + "something follows the JSON object.", refusal("{} {}"));
        assertEquals(NOT_ACCEPTABLE + "something follows the JSON object.", refusal("{}1"));
        chat("{} \r\n");
    }

    @Test
    void sixtyFourLevelsAreReadAndOneMoreIsRefused() {
        chat("{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}");
        assertTrue(refusal("{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}").contains("nested deeper than 64 levels"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"model", "messages", "max_tokens", "max_completion_tokens", "stream", "stream_options", "n"})
    void aDuplicateMemberIsRefused(String name) {
        assertEquals(
                NOT_ACCEPTABLE + "a member stands in it twice.",
                refusal("{\"" + name + "\":null,\"a\":{},\"" + name + "\":null}"));
    }

    @Test
    void anEscapedNameIsTheSameName() {
        assertEquals(Optional.of("a"), chat("{\"mod\\u0065l\":\"a\"}").model());
        assertEquals(
                NOT_ACCEPTABLE + "a member stands in it twice.", refusal("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}"));
        assertEquals(
                NOT_ACCEPTABLE + "include_usage stands in it twice.",
                refusal("{\"stream_options\":{\"include_usage\":true,\"include_us\\u0061ge\":false}}"));
    }

    /** Go's decoder takes any case, and characters that fold to ASCII ones: K for k, ſ for s. */
    @ParameterizedTest
    @ValueSource(strings = {"Model", "MAX_TOKENS", "max_to\u212Aens", "\u017Ftream", "Stream_Options", "N", "Best_Of"})
    void anotherCaseOfANameIsRefused(String name) {
        assertTrue(refusal("{\"" + name + "\":1}").endsWith("must be spelled so, in lower case."));
    }

    @Test
    void membersAreBounded() {
        chat(members(256));
        assertEquals(NOT_ACCEPTABLE + "it has more than 256 members.", refusal(members(257)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "model | 1",
                "model | {}",
                "model | true",
                "model | ``",
                "model | \"\"",
                "model | \"a\\u0000\"",
                "model | \"a\\n\"",
                "model | \"\\ud800\"",
                "stream | 1",
                "stream | \"true\"",
                "stream_options | true",
                "stream_options | []",
                "stream_options | {\"include_usage\":1}",
                "max_tokens | -1",
                "max_tokens | 1.5",
                "max_tokens | 1e3",
                "max_tokens | 9007199254740993",
                "max_tokens | 9223372036854775808",
                "max_tokens | 1e400",
                "max_tokens | \"100\"",
                "max_tokens | [1]",
                "max_tokens | true",
                "max_completion_tokens | -9",
                "n | \"2\"",
                "n | -2",
                "best_of | 0.5"
            })
    void wrongTypesAndValuesAreRefused(String name, String value) {
        refusal("{\"" + name + "\":" + value + "}");
    }

    @Test
    void aNumberGoesUpTo2To53() {
        assertEquals(
                OptionalLong.of(1L << 53),
                chat("{\"max_tokens\":9007199254740992,\"n\":9}").answerTokens());
        assertEquals(
                NOT_ACCEPTABLE + "max_tokens must be a whole number from 0 to 2^53.",
                refusal("{\"max_tokens\":9007199254740993}"));
    }

    @Test
    void aModelHas256CharactersAtMost() {
        assertEquals(
                Optional.of("m".repeat(256)),
                chat("{\"model\":\"" + "m".repeat(256) + "\"}").model());
        refusal("{\"model\":\"" + "m".repeat(257) + "\"}");
        assertEquals(Optional.empty(), chat("{\"model\":null}").model());
    }

    /** OpenRouter and LiteLLM turn to these if the model does not answer. */
    @Test
    void furtherModelsAreNoticed() {
        assertFalse(chat("{\"model\":\"a\",\"x\":{\"models\":[\"b\"]}}").namesFurtherModels());
        for (String name : List.of("models", "Models", "fallbacks")) {
            assertTrue(chat("{\"model\":\"a\",\"" + name + "\":[\"b\"]}").namesFurtherModels(), name);
        }
    }

    @Test
    void everyAnswerOfSeveralCosts() {
        assertEquals(OptionalLong.of(300), chat("{\"n\":3,\"max_tokens\":100}").answerTokens());
        assertEquals(
                OptionalLong.of(500),
                chat("{\"n\":3,\"best_of\":5,\"max_tokens\":100}").answerTokens());
        assertEquals(OptionalLong.of(100), chat("{\"n\":0,\"max_tokens\":100}").answerTokens());
        assertEquals("{\"max_tokens\":33,\"n\":3}", text(chat("{\"n\":3}"), 99 + 2));
        assertEquals(3, chat("{\"n\":3}").leastAnswerTokens());
        assertThrows(IllegalArgumentException.class, () -> chat("{\"n\":3}").limitedTo(2));
        assertEquals(1, read("/messages", "{\"n\":3}").choices());
    }

    @Test
    void theLargerOfTwoLimitsIsWhatMayBeUsed() {
        String both = "{\"max_tokens\":100,\"max_completion_tokens\":200}";
        assertEquals(OptionalLong.of(200), chat(both).answerTokens());
        assertEquals("{\"max_tokens\":100,\"max_completion_tokens\":150}", text(chat(both), 150));
        assertEquals("{\"max_tokens\":50,\"max_completion_tokens\":50}", text(chat(both), 50));
        assertEquals(both, text(chat(both), 200));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "/chat/completions | {} | {\"max_tokens\":64}",
                "/chat/completions | { \"model\" : \"a\" } | {\"max_tokens\":64, \"model\" : \"a\" }",
                "/chat/completions | {\"max_tokens\":null} | {\"max_tokens\":64}",
                "/chat/completions | {\"max_tokens\": 0 ,\"a\":1} | {\"max_tokens\": 64 ,\"a\":1}",
                "/chat/completions | {\"max_tokens\":63} | {\"max_tokens\":63}",
                "/chat/completions | {\"max_tokens\":65}  | {\"max_tokens\":64}",
                "/chat/completions | {\"a\":[1],\"max_tokens\"  :  1000\t,\"b\":2} | {\"a\":[1],\"max_tokens\"  :  64\t,\"b\":2}",
                "/chat/completions | {\"max_completion_tokens\":1000} | {\"max_completion_tokens\":64}",
                "/chat/completions | {\"max_completion_tokens\":null} | {\"max_completion_tokens\":64}",
                "/chat/completions | {\"max_tokens\":9,\"max_completion_tokens\":9} | {\"max_tokens\":9,\"max_completion_tokens\":9}",
                "/chat/completions | {\"max_output_tokens\":9} | {\"max_tokens\":64,\"max_output_tokens\":9}",
                "/responses | {\"max_output_tokens\":1000} | {\"max_output_tokens\":64}",
                "/responses | {\"max_tokens\":9} | {\"max_output_tokens\":64,\"max_tokens\":9}",
                "/messages | {\"max_tokens\":1000,\"stream\":true} | {\"max_tokens\":64,\"stream\":true}",
                "/messages | {\"model\":\"ü\"} | {\"max_tokens\":64,\"model\":\"ü\"}",
                "/embeddings | {\"input\":\"a\"} | {\"input\":\"a\"}",
            })
    void aLimitIsSetOrLowered(String path, String body, String limited) {
        assertEquals(limited, text(read(path, body.strip()), 64));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{\"stream\":true,\"max_tokens\":9} | {\"stream_options\":{\"include_usage\":true},\"stream\":true,\"max_tokens\":9}",
                "{\"stream\":true,\"max_tokens\":9,\"stream_options\":null} | {\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}",
                "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{}} | {\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}",
                "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{ \"a\":1}} | {\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true, \"a\":1}}",
                "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\": false }} | {\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\": true }}",
                "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":null}} | {\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}",
            })
    void aStreamIsAskedForItsUsage(String body, String asked) {
        assertFalse(chat(body).getsUsage());
        assertEquals(asked, text(chat(body), 64));
    }

    @Test
    void whoAsksForTheUsageOrNeedNotAskIsLeftAlone() {
        String asked = "{\"stream\":true,\"max_tokens\":9,\"stream_options\":{\"include_usage\":true}}";
        assertTrue(chat(asked).getsUsage());
        assertEquals(asked, text(chat(asked), 64));
        for (String path : List.of("/responses", "/messages", "/embeddings")) {
            assertTrue(read(path, "{\"stream\":true}").getsUsage(), path);
        }
        assertTrue(chat("{\"stream\":false}").getsUsage());
        assertFalse(read("/embeddings", "{\"stream\":true}").isStreamed());
    }

    @Test
    void limitAndOptionsAreBothInserted() {
        assertEquals(
                "{\"max_tokens\":64,\"stream_options\":{\"include_usage\":true},\"stream\":true}",
                text(chat("{\"stream\":true}"), 64));
    }

    @Test
    void embeddingsHaveNoAnswerToLimit() {
        LlmRequest request = read("/embeddings", "{\"input\":[\"a\",\"b\"],\"model\":\"e\"}");
        assertEquals(OptionalLong.of(0), request.answerTokens());
        assertEquals(0, request.leastAnswerTokens());
        assertEquals("{\"input\":[\"a\",\"b\"],\"model\":\"e\"}", text(request, 0));
    }

    @Test
    void theBodyIsNotCopied() {
        byte[] body = "{\"a\":1,\"max_tokens\":1000,\"b\":2}".getBytes(StandardCharsets.UTF_8);
        List<ByteBuffer> pieces =
                LlmRequest.read(CHAT, body, body.length).orElseThrow().limitedTo(5);
        assertEquals(3, pieces.size());
        assertSame(body, pieces.get(0).array());
        assertSame(body, pieces.get(2).array());
    }

    @Test
    void aLongPromptWithEveryKindOfCharacterIsLeftAsItIs() {
        String prompt = "\\u0000\\\"}{][ äöü 漢字 😀 \\\\ ".repeat(20_000);
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}],\"max_tokens\":1000}";
        assertEquals(body.replace(":1000}", ":7}"), text(chat(body), 7));
    }

    private static String members(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"m" + i + "\":0").collect(Collectors.joining(",", "{", "}"));
    }

    private static LlmRequest chat(String body) {
        return read(CHAT, body);
    }

    private static LlmRequest read(String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return LlmRequest.read(path, bytes, bytes.length).orElseThrow();
    }

    private static String refusal(String body) {
        return refusal(CHAT, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(String path, byte[] body) {
        AuthException refused = assertThrows(AuthException.class, () -> LlmRequest.read(path, body, body.length));
        assertSame(ErrorCode.INVALID_REQUEST, refused.code());
        assertTrue(refused.getMessage().startsWith(NOT_ACCEPTABLE), refused.getMessage());
        return refused.getMessage();
    }

    private static String text(LlmRequest request, long answerTokens) {
        return text(request.limitedTo(answerTokens));
    }

    private static String text(List<ByteBuffer> pieces) {
        ByteBuffer whole = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(piece -> whole.put(piece.duplicate()));
        return new String(whole.array(), StandardCharsets.UTF_8);
    }

    private static List<String> list(String header) {
        return header == null || header.isEmpty() ? List.of() : List.of(header);
    }

    @Test
    void aSecondHeaderDoesNotHideACoding() {
        assertEquals(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                assertThrows(
                                AuthException.class,
                                () -> LlmRequest.requirePlain(
                                        CHAT, List.of("application/json"), List.of("identity", "gzip")))
                        .code());
        assertThrows(
                AuthException.class,
                () -> LlmRequest.requirePlain(CHAT, List.of("application/json", "text/x; charset=utf-16"), List.of()));
    }

    @Test
    void soManyAnswersThatTheirTokensWouldOverflowAreRefused() {
        assertEquals(128, chat("{\"n\":128}").choices());
        for (String many : List.of("129", "2251799813685248", "4503599627370496")) {
            assertThrows(AuthException.class, () -> chat("{\"n\":" + many + "}"), many);
            assertThrows(AuthException.class, () -> chat("{\"best_of\":" + many + "}"), many);
        }
    }

    @Test
    void aLimitThatSomeTakeForNoneIsSetBesideAnotherOne() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        chat("{\"max_tokens\":10,\"max_completion_tokens\":0}").limitedTo(10).forEach(piece -> {
            byte[] bytes = new byte[piece.remaining()];
            piece.duplicate().get(bytes);
            body.writeBytes(bytes);
        });
        assertEquals("{\"max_tokens\":10,\"max_completion_tokens\":10}", body.toString(StandardCharsets.UTF_8));
    }
}
