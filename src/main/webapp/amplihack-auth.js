/**
 * Keeps a page signed in: the client's half of the refresh protocol (docs/refresh.md), for all tabs of a browser at once.
 *
 *   import { AuthSession } from '/amplihack-auth.js';
 *   const session = new AuthSession({ onSignedOut: () => location.assign('/sign-in.html') });
 *   const answer = await session.fetch('/api/user');
 *
 * The access token lives in the memory of each tab only; the refresh token and the session's proof are HttpOnly cookies
 * that no script sees. Stored is the name of a refresh that has not been answered yet, which is no secret.
 */
const TRY_MILLIS = 5_000; // a try that takes longer counts as lost
const LOGIN_MILLIS = 20_000; // a login may wait in the server's queue, and is never sent twice
const TRIES = 8;
const LONGEST_RETRY_AFTER = 60; // seconds; a longer one is the page's affair
const TURN_MILLIS = 20_000; // for how long a tab that froze in its turn keeps the others waiting
const HAND_OVER_MILLIS = 2_000; // how long another tab may take to hand over its token
const SIGNED_OUT = ['invalid_refresh_token', 'refresh_token_reused', 'refresh_token_required', 'binding_mismatch'];
const NOTHING_TO_END = ['missing_token', 'invalid_refresh_token'];
const PASSKEY_OFFER_MILLIS = 240_000; // a challenge is good for five minutes
const RENEW = ['token_expired', 'token_revoked', 'token_replayed', 'binding_mismatch', 'invalid_token'];

/**
 * Why something did not work; `code` is the server's error code, or `unreachable`, or `user_changed`; `retryAfter` in seconds, 0
 * if the server did not say. Of `unreachable`, `problem` is the last answer, if one came at all: its `error` says why the server could not.
 */
export class AuthError extends Error {
  constructor(code, problem = {}, retryAfter = 0) {
    super(problem.detail ?? code);
    this.name = 'AuthError';
    this.code = code;
    this.status = problem.status;
    this.retryAfter = retryAfter;
    this.problem = problem; // whose further members some codes have, such as `mfa_token`
  }
}

export class AuthSession {
  #base;
  #name; // of the turn, the channel and the stored key
  #channel;
  #onSignedOut;
  #onUserChanged;
  #token; // { value, jti, sub, expiresAt, margin }
  #user; // the subject that this page shows
  #userChanged = false;
  #key; // of the refresh that is not answered yet
  #release = () => {}; // says no longer that this tab has a token
  #asking; // set while this tab waits for another one's token
  #offer; // ends the offer of passkeys in this page's fields

  /**
   * `base`: where the service is; '' is this origin. `onSignedOut(code)`: nobody is signed in (any more).
   * `onUserChanged()`: this browser is signed in as somebody else now; from here on this object hands out no token, so
   * that a page which shows one user never acts as another. The page should be loaded anew, which is the default.
   */
  constructor({ base = '', onSignedOut = () => {}, onUserChanged = () => location.reload() } = {}) {
    this.#base = new URL(base, location.origin).href.replace(/\/$/, '');
    this.#name = `amplihack-auth:${this.#base}`;
    this.#onSignedOut = onSignedOut;
    this.#onUserChanged = onUserChanged;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    addEventListener('pagehide', () => this.#release()); // browsers do not keep a page with locks for the back button
  }

  /** Signs in; the session that this browser had before ends. Rejects with the server's code. */
  login(username, password) {
    return this.#inTurn(async () => {
      const json = { 'Content-Type': 'application/json' };
      const answer = await this.#post('/auth/login', json, JSON.stringify({ username, password }), LOGIN_MILLIS);
      await this.#signedIn(answer);
    });
  }

  /**
   * Finishes a sign-in that was answered `mfa_required`. `factor`: `{ method: 'totp' | 'recovery_code', code }`; for the method
   * `passkey` a passkey is asked for here. `remember`: this device shall stand for the factor from now on.
   */
  async loginWithFactor(mfaToken, factor, remember = false) {
    this.#offer?.abort();
    const shown = factor.method === 'passkey'
      ? { method: 'passkey', assertion: await this.#assertion(await this.#passkeyOptions({ mfa_token: mfaToken })) }
      : factor;
    const body = JSON.stringify({ mfa_token: mfaToken, ...shown, remember_device: remember });
    return this.#inTurn(async () => {
      const json = { 'Content-Type': 'application/json' };
      await this.#signedIn(await this.#post('/auth/login/mfa', json, body, LOGIN_MILLIS));
    });
  }

  /** Changes the password, which ends every session and opens a new one for this browser. */
  changePassword(currentPassword, newPassword) {
    return this.#replaceToken('/auth/password', { current_password: currentPassword, new_password: newPassword });
  }

  /**
   * Authenticates the user once more, within the session (step-up, RFC 9470): `{ password }`, `{ method, code }`, both, or
   * `{ method: 'passkey' }`, which asks for a passkey here.
   */
  async reauthenticate(proof) {
    this.#offer?.abort();
    const shown = proof.method === 'passkey'
      ? { ...proof, assertion: await this.#assertion(
        requestOptions(await this.#call('POST', '/auth/reauthenticate/options'))) }
      : proof;
    return this.#replaceToken('/auth/reauthenticate', shown);
  }

  /** The claims of the access token: who is signed in, and what they may do. They are for display; the server decides. */
  async claims() {
    return payloadOf(await this.accessToken());
  }

  /** Renews the access token although it is good: its rights or its restrictions have changed. */
  async renew() {
    await this.#renew(await this.accessToken());
  }

  /** A call that answers with another access token of this user. */
  async #replaceToken(path, body) {
    const json = { 'Content-Type': 'application/json' };
    for (let again = false; ; again = true) {
      await this.accessToken();
      const answer = await this.#inTurn(async () => {
        const headers = { ...json, ...this.#authorization() };
        const reply = await this.#post(path, headers, JSON.stringify(body), LOGIN_MILLIS);
        if (reply.status === 200) {
          await this.#share(reply);
        }
        return reply;
      });
      if (answer.status === 200) {
        return;
      }
      if (again || answer.status !== 401 || !RENEW.includes(answer.json.error)) {
        throw new AuthError(answer.json.error, answer.json, answer.retryAfter);
      }
      await this.#renew(this.#token?.value);
    }
  }

  /** Whether this browser has passkeys. */
  static get hasPasskeys() {
    return globalThis.PublicKeyCredential !== undefined;
  }

  /** Signs in by a passkey that the user chooses in the browser's dialog, without a name; call it on a click. */
  async loginWithPasskey() {
    this.#offer?.abort(); // a browser has one request at a time
    await this.#presentPasskey(await this.#passkeyOptions(), {});
  }

  /**
   * Offers passkeys in the page's field `<input autocomplete="username webauthn">` (conditional UI); call it when the page is
   * there. Resolves with true when the user has signed in by one, and with false when the offer is over: the browser has none
   * to offer, or `loginWithPasskey` or `stopOfferingPasskeys` was called.
   */
  async offerPasskeys() {
    if (!await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.()) {
      return false;
    }
    this.#offer?.abort();
    const offer = new AbortController();
    this.#offer = offer;
    while (!offer.signal.aborted) {
      const signal = AbortSignal.any([offer.signal, AbortSignal.timeout(PASSKEY_OFFER_MILLIS)]);
      try {
        await this.#presentPasskey(await this.#passkeyOptions(), { mediation: 'conditional', signal });
        return true;
      } catch (error) {
        if (!signal.aborted) {
          throw error;
        }
      }
    }
    return false;
  }

  stopOfferingPasskeys() {
    this.#offer?.abort();
  }

  /** Makes a passkey on this device or another one, and resolves with it. Needs a recent sign-in. */
  async addPasskey(name) {
    this.#offer?.abort();
    const publicKey = creationOptions(await this.#call('POST', '/auth/passkeys/options'));
    const credential = await navigator.credentials.create({ publicKey });
    return this.#call('POST', '/auth/passkeys', { credential: jsonOfCredential(credential), name });
  }

  /** The user's passkeys; the browser is told which of them still work, and what the account is called (Signal API). */
  async passkeys() {
    const { items, signal } = await this.#call('GET', '/auth/passkeys');
    await tellPasskeyProviders(signal);
    return items;
  }

  /** Renames a passkey, and resolves with all. */
  async renamePasskey(id, name) {
    await this.#call('PATCH', `/auth/passkeys/${encodeURIComponent(id)}`, { name });
    return this.passkeys();
  }

  /** Removes a passkey, here and, where the browser knows how to, where it is kept; resolves with those that are left. */
  async removePasskey(id) {
    await this.#call('DELETE', `/auth/passkeys/${encodeURIComponent(id)}`);
    return this.passkeys();
  }

  async #passkeyOptions(of = {}) {
    const json = { 'Content-Type': 'application/json' };
    const answer = await this.#post('/auth/login/passkey/options', json, JSON.stringify(of));
    if (answer.status !== 200) {
      throw new AuthError(answer.json.error, answer.json, answer.retryAfter);
    }
    return requestOptions(answer.json);
  }

  async #assertion(publicKey, how) {
    return jsonOfCredential(await navigator.credentials.get({ publicKey, ...how }));
  }

  /** Waits for the user without a turn, and takes one to sign in. */
  async #presentPasskey(publicKey, how) {
    const credential = await this.#assertion(publicKey, how);
    await this.#inTurn(async () => {
      const json = { 'Content-Type': 'application/json' };
      await this.#signedIn(
        await this.#post('/auth/login/passkey', json, JSON.stringify({ credential }), LOGIN_MILLIS));
    });
  }

  /** Takes the answer to a sign-in; rejects with the server's code. */
  async #signedIn(answer) {
    if (answer.status !== 200) {
      throw new AuthError(answer.json.error, answer.json, answer.retryAfter);
    }
    this.#answered(); // a refresh that was pending belonged to the session before
    this.#user = undefined;
    this.#userChanged = false;
    await this.#share(answer);
  }

  /** A call with the access token; what it answers, or a rejection with the server's code. */
  async #call(method, path, body) {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const answer = await this.fetch(this.#base + path, { method, headers, body: JSON.stringify(body) }).catch((error) => {
      throw error instanceof AuthError ? error : new AuthError('unreachable'); // a TypeError: the network is gone
    });
    const json = answer.status === 204 ? {} : await jsonOf(answer);
    if (!answer.ok) {
      throw new AuthError(json.error ?? 'unreachable', json, Number(answer.headers.get('Retry-After')) || 0);
    }
    return json;
  }

  /** An access token; renewed first when less than a minute or than a tenth of its life is left. */
  async accessToken() {
    return this.#isGood() ? this.#token.value : this.#renew();
  }

  /** `fetch` with the access token. When it is refused, it is renewed and the request sent once more. */
  async fetch(input, init) {
    const request = new Request(input, { credentials: 'include', ...init });
    if (new URL(request.url).origin !== new URL(this.#base).origin) {
      throw new TypeError('The access token is for its own service only');
    }
    let token = await this.accessToken();
    const answer = await fetch(bearing(token, request.clone()));
    // a 401 without one of our codes comes from a proxy in between and says nothing about the token
    if (answer.status !== 401 || !RENEW.includes((await jsonOf(answer.clone())).error)) {
      return answer;
    }
    token = await this.#renew(token);
    return fetch(bearing(token, request));
  }

  /** Signs out, in all tabs. When the server cannot be told it rejects, and one is still signed in. */
  logout() {
    return this.#inTurn(async () => {
      let answer = await this.#untilAnswered(() => this.#post('/auth/logout', this.#authorization()));
      if (answer.status === 401 && this.#token) { // the access token is too old even for that: the cookie is not
        answer = await this.#untilAnswered(() => this.#post('/auth/logout'));
      }
      if (answer.status !== 200 && !NOTHING_TO_END.includes(answer.json.error)) {
        throw new AuthError(answer.json.error, answer.json, answer.retryAfter);
      }
      this.#answered();
      this.#signedOut('logout');
    });
  }

  #isGood(refused) {
    const token = this.#token;
    return token !== undefined && token.value !== refused && Date.now() < token.expiresAt - token.margin;
  }

  /** One refresh for all tabs: whoever has the turn first asks whether another tab has a token. */
  #renew(refused) {
    return this.#inTurn(async () => {
      if (!this.#isGood(refused) && !this.#userChanged) {
        await this.#ask();
      }
      if (!this.#isGood(refused) && !this.#userChanged) {
        await this.#refresh();
      }
      if (this.#userChanged) {
        throw new AuthError('user_changed');
      }
      return this.#token.value;
    });
  }

  /** The same key until there is an answer, across tries, tabs and page loads; so no loss on the way signs out. */
  async #refresh() {
    for (let anew = 0; anew < TRIES; anew++) {
      const key = this.#pendingKey(); // stored before anything is sent
      const answer = await this.#untilAnswered(() =>
        // the access token, though expired, tells the server for whom this tab believes to refresh
        this.#post('/auth/refresh', { 'Idempotency-Key': key, ...this.#authorization() }));
      const { error } = answer.json;
      if (answer.status === 200) {
        await this.#share(answer);
        return this.#answered();
      }
      if (answer.status === 401 && SIGNED_OUT.includes(error)) {
        this.#answered();
        this.#signedOut(error);
        throw new AuthError(error, answer.json);
      }
      if (error === 'session_changed') {
        this.#drop(); // somebody has signed in meanwhile: #take finds out who
      } else if (error !== 'refresh_superseded') {
        throw new AuthError(error, answer.json, answer.retryAfter);
      }
      this.#answered();
    }
    throw new AuthError('unreachable');
  }

  /** What is lost, limited or out of order is sent again, with more and more time in between. */
  async #untilAnswered(send) {
    for (let tries = 1; ; tries++) {
      const answer = await send();
      if (answer.status !== 0 && answer.status !== 429 && answer.status < 500) {
        return answer;
      }
      if (tries === TRIES || answer.retryAfter > LONGEST_RETRY_AFTER) {
        throw new AuthError('unreachable', answer.json, answer.retryAfter); // not signed out: the next call goes on with the same key
      }
      const backOff = Math.min(125 * 2 ** tries, 5_000) * (0.5 + Math.random() / 2);
      await new Promise((resume) => setTimeout(resume, answer.retryAfter * 1_000 + backOff));
    }
  }

  /** One try. Status 0: no answer of the service, be it lost or that of something in between. */
  async #post(path, headers = {}, body = undefined, millis = TRY_MILLIS) {
    let retryAfter = 0;
    try {
      const signal = AbortSignal.timeout(millis);
      const how = { method: 'POST', credentials: 'include', cache: 'no-store', redirect: 'error' };
      const response = await fetch(this.#base + path, { ...how, headers, body, signal });
      retryAfter = Number(response.headers.get('Retry-After')) || 0;
      const json = await response.json();
      if (response.ok ? json.access_token || json.message || json.challenge : json.error) {
        return { status: response.status, json, retryAfter };
      }
    } catch {
      // told below
    }
    return { status: 0, json: { error: 'unreachable' }, retryAfter };
  }

  #authorization() {
    return this.#token ? { Authorization: `Bearer ${this.#token.value}` } : {};
  }

  /** Keeps a token that the server has just answered, and hands it to the other tabs. */
  async #share({ json }) {
    const { sub, jti } = payloadOf(json.access_token);
    const life = json.expires_in * 1_000;
    const margin = Math.min(60_000, life / 10);
    const token = { value: json.access_token, sub, jti, expiresAt: Date.now() + life, margin };
    await this.#take(token);
    this.#channel.postMessage({ token });
  }

  /** Resolves when the lock is held by which other tabs see that this one has a token (#ask). */
  #take(token) {
    this.#drop();
    if (this.#user !== undefined && this.#user !== token.sub) {
      this.#userChanged = true;
      return this.#onUserChanged();
    }
    this.#user = token.sub;
    this.#token = token;
    return new Promise((held) => {
      const dropped = new Promise((release) => { this.#release = release; });
      const hold = () => { held(); return dropped; };
      navigator.locks.request(`${this.#name} ${token.jti}`, { mode: 'shared' }, hold).catch(held);
    });
  }

  #drop() {
    this.#token = undefined;
    this.#release();
  }

  #signedOut(code, tell = true) {
    this.#drop();
    this.#user = undefined;
    if (tell) {
      this.#channel.postMessage({ signedOut: code });
    }
    this.#onSignedOut(code);
  }

  /** Waits for another tab's token, if locks say that there is one: messages may be slower than turns are. */
  async #ask() {
    const { held } = await navigator.locks.query();
    const mine = `${this.#name} ${this.#token?.jti}`;
    if (held.some(({ name }) => name.startsWith(`${this.#name} `) && name !== mine)) {
      await new Promise((resume) => {
        this.#asking = resume;
        this.#channel.postMessage({ ask: this.#token?.jti ?? '' });
        setTimeout(resume, HAND_OVER_MILLIS);
      });
      this.#asking = undefined;
    }
  }

  #hear({ ask, token, signedOut }) {
    if (ask !== undefined && this.#isGood() && this.#token.jti !== ask) {
      this.#channel.postMessage({ token: this.#token });
    }
    const wanted = (this.#user !== undefined || this.#asking) && !this.#userChanged;
    if (token && wanted && !(token.expiresAt <= this.#token?.expiresAt)) {
      this.#take(token);
      this.#asking?.();
    }
    if (signedOut && this.#user !== undefined) {
      this.#signedOut(signedOut, false);
    }
  }

  /** One tab at a time: one refresh serves all, and no late answer's cookies overwrite those of a login. */
  async #inTurn(work) {
    let mine = false;
    const turn = () => { mine = true; return work(); };
    try {
      return await navigator.locks.request(this.#name, { signal: AbortSignal.timeout(TURN_MILLIS) }, turn);
    } catch (error) {
      if (mine) {
        throw error;
      }
      return work(); // out of turn, but with the same stored key: for the server it is the same request
    }
  }

  /** The name of the refresh that a tab began and nobody has seen answered, or of a new one. */
  #pendingKey() {
    try {
      this.#key = localStorage.getItem(this.#name) ?? this.#key;
    } catch { /* forbidden: this tab remembers */ }
    this.#key ??= crypto.randomUUID();
    try {
      localStorage.setItem(this.#name, this.#key);
    } catch { /* full or forbidden */ }
    return this.#key;
  }

  #answered() {
    this.#key = undefined;
    try {
      localStorage.removeItem(this.#name);
    } catch { /* then nothing was stored */ }
  }
}

function bearing(token, request) {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

function payloadOf(token) {
  return JSON.parse(new TextDecoder().decode(bytesOf(token.split('.')[1])));
}

function jsonOf(response) {
  return response.json().catch(() => ({}));
}

/** That a browser cannot be told is no harm: a passkey that works no more is refused. */
async function tellPasskeyProviders(signal) {
  const { PublicKeyCredential } = globalThis;
  if (signal) {
    const { rpId, userId, allAcceptedCredentialIds, name, displayName } = signal;
    await PublicKeyCredential?.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds }).catch(() => {});
    await PublicKeyCredential?.signalCurrentUserDetails?.({ rpId, userId, name, displayName }).catch(() => {});
  }
}

/** Options of WebAuthn as browsers take them; the newer ones read the server's JSON by themselves. */
function creationOptions(json) {
  return PublicKeyCredential.parseCreationOptionsFromJSON?.(json) ?? {
    ...json,
    challenge: bytesOf(json.challenge),
    user: { ...json.user, id: bytesOf(json.user.id) },
    excludeCredentials: json.excludeCredentials.map(descriptor),
  };
}

function requestOptions(json) {
  return PublicKeyCredential.parseRequestOptionsFromJSON?.(json) ?? {
    ...json,
    challenge: bytesOf(json.challenge),
    allowCredentials: json.allowCredentials.map(descriptor),
  };
}

function descriptor(json) {
  return { ...json, id: bytesOf(json.id) };
}

function jsonOfCredential(credential) {
  if (credential.toJSON) {
    return credential.toJSON();
  }
  const { id, type, response } = credential;
  const json = { id, rawId: id, type, response: { clientDataJSON: textOf(response.clientDataJSON) } };
  for (const member of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[member]) {
      json.response[member] = textOf(response[member]);
    }
  }
  if (response.getTransports) {
    json.response.transports = response.getTransports();
  }
  return json;
}

function bytesOf(base64url) {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
}

function textOf(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
