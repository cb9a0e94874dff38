package com.amplihack.auth.endpoint.login;

import com.amplihack.auth.endpoint.Delivery;
import com.amplihack.auth.endpoint.TokenResponse;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.factor.RememberedDevices;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.TokenPair;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.signin.SignedIn;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.login.LastSignIn;
import com.amplihack.auth.users.login.NewDeviceNotice;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** Opens the session of a finished sign-in, in place of the one whose cookies came along, and answers with its tokens. */
@Singleton
public class NewSession {
    private final TokenService tokens;
    private final TokenResponse response;
    private final Credentials credentials;
    private final DeviceCookies devices;
    private final RememberedDevices remembered;
    private final Factors factors;
    private final SessionStore sessions;
    private final LastSignIn lastSignIn;
    private final NewDeviceNotice newDevice;

    @Inject
    public NewSession(
            TokenService tokens,
            TokenResponse response,
            Credentials credentials,
            DeviceCookies devices,
            RememberedDevices remembered,
            Factors factors,
            SessionStore sessions,
            LastSignIn lastSignIn,
            NewDeviceNotice newDevice) {
        this.tokens = tokens;
        this.response = response;
        this.credentials = credentials;
        this.devices = devices;
        this.remembered = remembered;
        this.factors = factors;
        this.sessions = sessions;
        this.lastSignIn = lastSignIn;
        this.newDevice = newDevice;
    }

    /** Opens it and answers. */
    public Response open(SignedIn in, Delivery delivery, HttpServletRequest request, ClientContext client) {
        return open(in, delivery, false, request, client);
    }

    /**
     * Opens it and answers.
     *
     * @param remember whether the device shall stand for the second factor from now on, if it gets a cookie
     */
    public Response open(
            SignedIn in, Delivery delivery, boolean remember, HttpServletRequest request, ClientContext client) {
        // before opening the new one, or the session limit would end another one
        tokens.replace(credentials.refreshCookies(request), credentials.proof(request), client);
        TokenPair pair = tokens.open(in.who(), in.signIn(), client);
        requireStillWithoutFactor(in, pair);
        lastSignIn.note(in.who().account());
        if (in.isByPerson()) {
            PresentedDevices presented = devices.presented(credentials.deviceCookies(request))
                    .with(credentials.proof(request).sids());
            newDevice.signedIn(in.who().account(), presented, client);
        }
        Response.ResponseBuilder answer = response.of(pair, delivery, request);
        if (delivery == Delivery.COOKIE && !in.remembered()) {
            Account account = in.who().account();
            String device = devices.issue(account);
            if (remember) {
                devices.presented(List.of(device))
                        .nonceFor(account.id(), account.passwordVersion())
                        .ifPresent(nonce -> remembered.remember(account, nonce, client));
            }
            response.remember(answer, device, request);
        }
        in.who().limit().headers().forEach(answer::header);
        return answer.build();
    }

    /** The account may have got its first factor since it was looked for, which ended all sessions but this one. */
    private void requireStillWithoutFactor(SignedIn in, TokenPair pair) {
        Account account = in.who().account();
        if (!in.signIn().isMfa() && !in.remembered() && factors.has(account.id())) {
            sessions.end(account.id(), pair.handle().sid());
            throw new AuthException(ErrorCode.INVALID_CREDENTIALS, "The account was changed concurrently.");
        }
    }
}
