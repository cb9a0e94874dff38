package com.amplihack.auth.container;

import com.amplihack.auth.gate.permission.RequiresPermission;
import jakarta.ejb.Stateless;

/** An EJB with a method for those who have a permission. */
@Stateless
public class PermissionProbeService {
    @RequiresPermission("probe:ejb")
    public String guarded() {
        return "ejb";
    }
}
