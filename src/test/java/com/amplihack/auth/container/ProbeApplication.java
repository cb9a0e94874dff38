package com.amplihack.auth.container;

import com.amplihack.auth.AuthApplication;
import java.util.HashSet;
import java.util.Set;

/** The application with {@link ProbeResource} in it; {@link ContainerIT} names it in the archive's {@code web.xml}. */
public class ProbeApplication extends AuthApplication {
    @Override
    public Set<Class<?>> getClasses() {
        Set<Class<?>> classes = new HashSet<>(super.getClasses());
        classes.add(ProbeResource.class);
        classes.add(PermissionProbeResource.class);
        return classes;
    }
}
