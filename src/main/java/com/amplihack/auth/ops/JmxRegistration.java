package com.amplihack.auth.ops;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** Registers {@link AdminMXBean} with JMX while the application runs. */
@Singleton
@Startup
@DependsOn("Boot")
public class JmxRegistration {
    /** Registered while the application runs, and no longer: the check {@code deployed} relies on it (docs/adr/0071). */
    public static final String NAME = "amplihack.auth:type=Admin";

    private static final Logger LOG = Logger.getLogger(JmxRegistration.class.getName());

    @Inject
    private Administration administration;

    @Resource
    private ContextService contexts;

    @PostConstruct
    void register() {
        // JMX threads lack the application's context
        AdminMXBean here = contexts.createContextualProxy(administration, AdminMXBean.class);
        try {
            unregister();
            server().registerMBean(new StandardMBean(here, AdminMXBean.class, true), new ObjectName(NAME));
        } catch (JMException refused) {
            LOG.log(Level.WARNING, "Cannot register " + NAME + " with JMX", refused);
        }
    }

    @PreDestroy
    void withdraw() {
        try {
            unregister();
        } catch (JMException gone) {
            LOG.log(Level.FINE, "Cannot unregister " + NAME + " from JMX", gone);
        }
    }

    private static void unregister() throws JMException {
        ObjectName name = new ObjectName(NAME);
        if (server().isRegistered(name)) {
            server().unregisterMBean(name);
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }
}
