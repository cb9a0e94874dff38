package com.amplihack.auth.container;

import com.amplihack.auth.gate.permission.RequiresAuthentication;
import com.amplihack.auth.gate.permission.RequiresPermission;
import com.amplihack.auth.store.SignInFacts;
import jakarta.ejb.Stateless;

/** An EJB with a method for those who have a permission. */
@Stateless
public class PermissionProbeService {
    @RequiresAuthentication(acr = SignInFacts.ACR_MFA)
    public String strong() {
        return "strong";
    }

    @RequiresPermission("probe:ejb")
    public String guarded() {
        return "ejb";
    }
}
