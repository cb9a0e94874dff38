package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.AdministratorsPageIT;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.ops.AdminMXBean;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The server's own JMX, with the account of its administrator. */
@Tag("one-store")
@Tag("full")
class ServerJmxIT {
    private final PayaraServer server = PayaraServer.get();

    @Test
    void theServersAdministratorSeesCountersAndActs() throws Exception {
        try (JMXConnector connector = connect(server.adminPassword())) {
            AdminMXBean admin = JMX.newMXBeanProxy(
                    connector.getMBeanServerConnection(),
                    new ObjectName("amplihack.auth:type=Admin"),
                    AdminMXBean.class);
            assertEquals("redis", admin.getSessionStore());
            assertTrue(admin.getLogins() >= 1);
            assertTrue(admin.endSessions(PayaraServer.USER) >= 0);
            // Payara wraps what crosses its own layer
            Throwable refused = assertThrows(RuntimeException.class, () -> admin.unlock("nobody"));
            while (refused.getCause() != null) {
                refused = refused.getCause();
            }
            assertEquals("There is no account with this name.", refused.getMessage());
        }
    }

    @Test
    void theCommandsOfTheAdministratorsPageDoWhatItSays() throws Exception {
        Client client = server.client();
        Answer login = server.login(client);
        client.post("/admin/api/users")
                .bearer(login.json().getString("access_token"))
                .json("{\"username\":\"ada\"}")
                .send();
        String prelude = "set -eu\nINSTALLATION='" + server.installation() + "'\n"
                + ". server-config/payara/functions.sh\nread_installation \"$INSTALLATION\"\n";

        String output = PayaraServer.run(
                "bash", "-c", prelude + AdministratorsPageIT.commands(AdministratorsPageIT.NEEDS_PAYARA_SERVER));

        assertTrue(output.contains("false\nfalse\n"), output);
        assertTrue(output.contains("Command delete-config-property executed successfully."), output);
        String audit = Files.readString(server.home().resolve("audit.jsonl"));
        assertTrue(
                audit.lines()
                        .filter(line -> line.contains("\"lift_login_limit\""))
                        .anyMatch(line -> line.contains("\"actor\":\"jmx:admin\"")),
                audit);
    }

    @Test
    void nobodyElseIsLetIn() {
        // not a SecurityException: what Payara refuses with cannot be sent
        assertThrows(IOException.class, () -> connect("not the password").close());
    }

    @SuppressWarnings("BanJNDI") // how JMX finds its own server, which is ours
    private JMXConnector connect(String password) throws Exception {
        return JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + server.jmxPort() + "/jmxrmi"),
                Map.of(JMXConnector.CREDENTIALS, new String[] {"admin", password}));
    }
}
