package com.amplihack.auth;

import com.amplihack.auth.admin.AccountKeysResource;
import com.amplihack.auth.admin.AccountResource;
import com.amplihack.auth.admin.ApiKeysAdminResource;
import com.amplihack.auth.admin.BudgetResource;
import com.amplihack.auth.admin.KeysResource;
import com.amplihack.auth.admin.PolicyResource;
import com.amplihack.auth.admin.RevokeAllResource;
import com.amplihack.auth.admin.RolesResource;
import com.amplihack.auth.admin.UsageResource;
import com.amplihack.auth.admin.UsersResource;
import com.amplihack.auth.admin.access.AccountSessionsResource;
import com.amplihack.auth.admin.access.AccountSignInResource;
import com.amplihack.auth.admin.access.SignInLimitResource;
import com.amplihack.auth.admin.access.SignInsResource;
import com.amplihack.auth.admin.audit.AuditResource;
import com.amplihack.auth.admin.overview.OverviewResource;
import com.amplihack.auth.admin.transfer.ExportResource;
import com.amplihack.auth.admin.transfer.ImportResource;
import com.amplihack.auth.endpoint.ApiKeysResource;
import com.amplihack.auth.endpoint.JwksResource;
import com.amplihack.auth.endpoint.LogoutAllResource;
import com.amplihack.auth.endpoint.LogoutResource;
import com.amplihack.auth.endpoint.PasswordResource;
import com.amplihack.auth.endpoint.RefreshResource;
import com.amplihack.auth.endpoint.SessionsResource;
import com.amplihack.auth.endpoint.UserResource;
import com.amplihack.auth.endpoint.VersionFilter;
import com.amplihack.auth.endpoint.account.EmailResource;
import com.amplihack.auth.endpoint.account.ForgottenPasswordResource;
import com.amplihack.auth.endpoint.account.InvitationResource;
import com.amplihack.auth.endpoint.account.OwnAccountResource;
import com.amplihack.auth.endpoint.factor.MfaResource;
import com.amplihack.auth.endpoint.factor.PasskeysResource;
import com.amplihack.auth.endpoint.factor.ReauthenticateResource;
import com.amplihack.auth.endpoint.factor.ReauthenticationOptionsResource;
import com.amplihack.auth.endpoint.login.LoginResource;
import com.amplihack.auth.endpoint.login.MfaLoginResource;
import com.amplihack.auth.endpoint.login.PasskeyLoginResource;
import com.amplihack.auth.endpoint.page.FormSignInResource;
import com.amplihack.auth.endpoint.page.SignInOptionsResource;
import com.amplihack.auth.endpoint.usage.OwnBudgetsResource;
import com.amplihack.auth.endpoint.usage.OwnUsageResource;
import com.amplihack.auth.gate.AuditGuard;
import com.amplihack.auth.gate.permission.PreconditionGuard;
import com.amplihack.auth.gate.permission.ResourceGuard;
import com.amplihack.auth.problem.ProblemMapper;
import jakarta.annotation.security.DeclareRoles;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.auth.LoginConfig;

/** Everything that Jersey serves; it runs as a filter in front of the static files (web.xml). */
@LoginConfig(authMethod = "MP-JWT", realmName = "amplihack")
@DeclareRoles({"admin", "user"})
public class AuthApplication extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                LoginResource.class,
                RefreshResource.class,
                LogoutResource.class,
                LogoutAllResource.class,
                SessionsResource.class,
                PasswordResource.class,
                MfaLoginResource.class,
                MfaResource.class,
                ReauthenticateResource.class,
                ReauthenticationOptionsResource.class,
                PasskeysResource.class,
                PasskeyLoginResource.class,
                ForgottenPasswordResource.class,
                EmailResource.class,
                EmailResource.Verification.class,
                InvitationResource.class,
                OwnAccountResource.class,
                ApiKeysResource.class,
                JwksResource.class,
                JwksResource.WellKnown.class,
                UserResource.class,
                UsersResource.class,
                AccountResource.class,
                ImportResource.class,
                ExportResource.class,
                AccountKeysResource.class,
                ApiKeysAdminResource.class,
                RolesResource.class,
                KeysResource.class,
                RevokeAllResource.class,
                PolicyResource.class,
                OverviewResource.class,
                AccountSessionsResource.class,
                AccountSignInResource.class,
                SignInsResource.class,
                SignInLimitResource.class,
                AuditResource.class,
                BudgetResource.OfAccount.class,
                BudgetResource.OfRole.class,
                UsageResource.class,
                OwnUsageResource.class,
                OwnBudgetsResource.class,
                SignInOptionsResource.class,
                FormSignInResource.class,
                VersionFilter.class,
                ResourceGuard.class,
                PreconditionGuard.class,
                AuditGuard.class,
                ProblemMapper.class);
    }

    @Override
    public Map<String, Object> getProperties() {
        return Map.of(
                "jersey.config.server.wadl.disableWadl",
                true,
                // or Jersey makes a Location absolute by the request, which a proxy in front has rewritten
                "jersey.config.server.headers.location.relative.resolution.disabled",
                true);
    }
}
