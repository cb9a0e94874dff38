import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import javax.management.JMException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Calls an operation of {@code amplihack.auth:type=Admin}; the password comes as a value of a property on standard input. */
class Jmx {
    public static void main(String[] arguments) throws Exception {
        Properties given = new Properties(); // asadmin reads its password files as properties, too
        given.load(new StringReader("password=" + new String(System.in.readAllBytes())));
        JMXServiceURL url = new JMXServiceURL(
                "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + arguments[0] + "/jmxrmi");
        String[] credentials = {"admin", given.getProperty("password")};
        try (JMXConnector connector =
                JMXConnectorFactory.connect(url, Map.of(JMXConnector.CREDENTIALS, credentials))) {
            MBeanServerConnection server = connector.getMBeanServerConnection();
            ObjectName name = new ObjectName("amplihack.auth:type=Admin");
            MBeanOperationInfo[] operations = server.getMBeanInfo(name).getOperations();
            String[] values = Arrays.copyOfRange(arguments, Math.min(2, arguments.length), arguments.length);
            for (MBeanOperationInfo operation : operations) {
                String[] types = Arrays.stream(operation.getSignature())
                        .map(MBeanParameterInfo::getType)
                        .toArray(String[]::new);
                if (arguments.length == 1) {
                    System.out.println(operation.getName() + (types.length == 0 ? "" : " ARGUMENT"));
                } else if (operation.getName().equals(arguments[1]) && types.length == values.length) {
                    System.out.println(server.invoke(name, operation.getName(), values, types));
                    return;
                }
            }
            if (arguments.length > 1) {
                System.err.println("No such operation with " + values.length + " argument(s): " + arguments[1]);
                System.exit(1);
            }
        } catch (IOException | RuntimeException | JMException refused) {
            Throwable cause = refused;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println(cause.getMessage());
            System.exit(1);
        }
    }
}
