package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.store.script.StoreOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/outage-policy.md tells of every operation what {@link StoreOperation} says. */
class OutagePolicyTest {
    @Test
    void theTableIsWhatTheCodeDeclares() throws IOException {
        List<String> declared = Arrays.stream(StoreOperation.values())
                .map(OutagePolicyTest::row)
                .toList();
        List<String> documented = Files.readAllLines(Path.of("docs/outage-policy.md")).stream()
                .dropWhile(line -> !line.startsWith("| operation |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();

        assertEquals(String.join("\n", declared), String.join("\n", documented));
    }

    @Test
    void everyScriptBelongsToAnOperation() throws IOException {
        Set<String> run = Arrays.stream(StoreOperation.values())
                .filter(operation ->
                        !List.of(StoreOperation.PING, StoreOperation.COUNT).contains(operation))
                .map(operation -> operation.script().sha1())
                .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/lua"))) {
            assertEquals(files.count() - 2, run.size(), "the prelude and the library of budgets are parts of scripts");
        }
    }

    private static String row(StoreOperation operation) {
        String outage =
                switch (operation.outage()) {
                    case REFUSE -> "503";
                    case DEGRADE -> "goes on without it";
                    case LATER -> "done without Redis, which is told later";
                };
        String replicas = operation.replicas() == StoreOperation.Replicas.ONE ? "waits for one" : "";
        return String.join(" | ", "| `" + operation.label() + "`", operation.askedBy(), outage, replicas)
                        .strip() + " |";
    }
}
