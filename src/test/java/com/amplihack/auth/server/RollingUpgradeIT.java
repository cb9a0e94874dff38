package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.HaProxy;
import com.amplihack.auth.http.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code server-config/haproxy/rolling.sh} with two nodes, one on Payara 6 and one on 7, under requests all the time. */
@Tag("one-store")
@Tag("full")
class RollingUpgradeIT {
    private final PayaraServer six = PayaraServer.get();
    private final PayaraServer seven = PayaraServer.seven();

    @Test
    void aNewWarAndTheOneBeforeComeToBothNodesAndNoRequestIsLost() throws Exception {
        assumeTrue(Program.find("haproxy").isPresent(), "No haproxy here: nothing is upgraded behind it.");
        assumeTrue(Program.find("socat").isPresent(), "No socat here: rolling.sh cannot speak to HAProxy.");
        List<String> servers = Stream.of(six, seven)
                .map(node -> "127.0.0.1:" + node.httpsPort() + " ssl verify none port " + node.operationsPort()
                        + " no-check-ssl")
                .toList();
        Map<Integer, Integer> answers = new ConcurrentHashMap<>();
        AtomicBoolean done = new AtomicBoolean();
        try (HaProxy haProxy = HaProxy.startBefore(servers)) {
            Thread client = new Thread(() -> {
                while (!done.get()) {
                    int status;
                    try {
                        status = new Client(haProxy.port()).get("/").send().status();
                    } catch (RuntimeException lost) {
                        status = 0;
                    }
                    answers.merge(status, 1, Integer::sum);
                }
            });
            client.start();
            try {
                List<String> before = versions();
                String upgraded = roll(haProxy, System.getProperty("it.war"));
                List<String> after = versions();
                String undone = roll(haProxy, "--undo");

                assertTrue(upgraded.contains("All nodes run it"), upgraded);
                assertTrue(undone.contains("All nodes run it"), undone);
                for (int i = 0; i < before.size(); i++) {
                    assertNotEquals(before.get(i), after.get(i));
                    assertNotEquals(after.get(i), versions().get(i));
                }
            } finally {
                done.set(true);
                client.join();
            }
        }
        assertTrue(answers.getOrDefault(200, 0) > 100, answers.toString());
        assertEquals(1, answers.size(), answers.toString());
    }

    @Test
    void aNodeWhoseWarCannotBeDeployedGoesOnAndTheOtherIsNotTouched() throws Exception {
        assumeTrue(Program.find("haproxy").isPresent() && Program.find("socat").isPresent(), "No haproxy or socat.");
        Path broken = Files.createTempFile("broken", ".war");
        try (HaProxy haProxy = HaProxy.startBefore(Stream.of(six, seven)
                .map(node -> "127.0.0.1:" + node.httpsPort() + " ssl verify none port " + node.operationsPort()
                        + " no-check-ssl")
                .toList())) {
            List<String> before = versions();
            String said = PayaraServer.said(command(haProxy, broken.toString()));

            assertTrue(said.contains("one failed and runs what it ran before"), said);
            assertEquals(before, versions());
            assertEquals(200, new Client(haProxy.port()).get("/").send().status());
        }
    }

    private List<String> versions() {
        return Stream.of(six, seven)
                .map(node -> node.asadmin("list-applications", "--long")
                        .lines()
                        .filter(line -> line.contains("enabled") && !line.startsWith("amplihack-auth-readiness"))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    private String roll(HaProxy haProxy, String war) {
        return PayaraServer.run(command(haProxy, war).toArray(String[]::new));
    }

    private List<String> command(HaProxy haProxy, String war) {
        return new ArrayList<>(List.of(
                "server-config/haproxy/rolling.sh",
                haProxy.commands().toString(),
                war,
                "one=" + six.installation(),
                "two=" + seven.installation()));
    }
}
