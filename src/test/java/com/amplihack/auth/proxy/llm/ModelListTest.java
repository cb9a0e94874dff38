package com.amplihack.auth.proxy.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelListTest {
    private static final List<String> GLOBS = List.of("gpt-*", "embed");

    @Test
    void theCallersModelsRemainAsTheyAre() {
        assertEquals(
                "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\",\"created\":1.50,\"owned_by\":\"ä\"},{\"id\":\"embed\"}],\"has_more\":false}",
                filtered("{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\",\"created\":1.50,\"owned_by\":\"ä\"},"
                        + "{\"id\":\"claude\"},{\"id\":\"embed\"},{\"id\":7},{\"name\":\"gpt-4\"},\"gpt-5\",null],"
                        + "\"has_more\":false}"));
        assertEquals("{\"data\":[]}", filtered("{\"data\":[{\"id\":\"claude\"}]}"));
        assertEquals("", filtered(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"id\":\"claude\"}]",
                "{\"models\":[]}",
                "{\"data\":{\"id\":\"claude\"}}",
                "{\"data\":[{\"id\":\"claude\"}]",
                "{\"data\":[],\"data\":[{\"id\":\"claude\"}]}",
                "<html>"
            })
    void whatCannotBeReadDoesNotPass(String list) {
        AuthException refused = assertThrows(AuthException.class, () -> filtered(list));
        assertSame(ErrorCode.UPSTREAM_UNREACHABLE, refused.code());
    }

    @Test
    void aListIsBounded() {
        ModelList filter = new ModelList(GLOBS);
        ByteBuffer mib = ByteBuffer.allocate(1 << 20);
        for (int i = 0; i < 4; i++) {
            assertEquals(List.of(), filter.pass(List.of(mib.rewind())));
        }
        assertThrows(AuthException.class, () -> filter.pass(List.of(ByteBuffer.allocate(1))));
    }

    @Test
    void aSingleModelMustBeOneOfThem() {
        ModelList.requireAllowed("/models/gpt-4o", GLOBS);
        ModelList.requireAllowed("/models", GLOBS);
        ModelList.requireAllowed("/modelsx/claude", GLOBS);
        ModelList.requireAllowed("/models/claude", List.of());
        for (String path : List.of("/models/claude", "/Models/claude", "/models/openai/gpt-4o")) {
            AuthException refused =
                    assertThrows(AuthException.class, () -> ModelList.requireAllowed(path, GLOBS), path);
            assertSame(ErrorCode.MODEL_NOT_ALLOWED, refused.code());
        }
    }

    @Test
    void theListHasOnePath() {
        assertTrue(ModelList.isAt("/models"));
        assertTrue(ModelList.isAt("/Models"));
        assertFalse(ModelList.isAt("/models/a"));
    }

    private static String filtered(String list) {
        ModelList filter = new ModelList(GLOBS);
        byte[] bytes = list.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            assertEquals(List.of(), filter.pass(List.of(ByteBuffer.wrap(new byte[] {b}))));
        }
        StringBuilder text = new StringBuilder();
        filter.end().forEach(piece -> text.append(StandardCharsets.UTF_8.decode(piece)));
        return text.toString();
    }
}
