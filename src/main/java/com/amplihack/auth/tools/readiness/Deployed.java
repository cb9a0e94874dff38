package com.amplihack.auth.tools.readiness;

import com.amplihack.auth.ops.JmxRegistration;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** {@code deployed}: down unless the service runs in this server, which its MBean shows. */
@Readiness
@ApplicationScoped
public class Deployed implements HealthCheck {
    @Override
    public HealthCheckResponse call() {
        var answer = HealthCheckResponse.named("deployed");
        return runs()
                ? answer.up().build()
                : answer.down()
                        .withData("error", "the service does not run here")
                        .build();
    }

    /** The name of the MBean is a constant of the compiler: no class of the service is here. */
    private static boolean runs() {
        try {
            return ManagementFactory.getPlatformMBeanServer().isRegistered(new ObjectName(JmxRegistration.NAME));
        } catch (MalformedObjectNameException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }
}
