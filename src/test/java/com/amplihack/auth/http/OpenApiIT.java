package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.openapi.OpenApi;
import org.junit.jupiter.api.Test;

class OpenApiIT {
    @Test
    void theServerAnswersTheDocumentOfTheRepository() {
        assertEquals(
                OpenApi.get().asPayaraShowsIt(),
                OpenApi.shown(new Client().get("/openapi?format=JSON").send().body()));
    }
}
