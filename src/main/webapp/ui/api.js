/**
 * The service's API for the pages, by the names of openapi.yaml: `api.ownSessions({ query: { cursor } })`,
 * `api.endOwnSession({ sid })`, `api.createOwnApiKey({ body: { name } })`. A call resolves with the answer's JSON and rejects
 * with an `AuthError`. When the service wants a recent sign-in first, the user is asked for it, and the call repeated once.
 */
import { AuthError, AuthSession } from '../amplihack-auth.js';

export { AuthError, AuthSession };

export const base = new URL('..', import.meta.url).href.replace(/\/$/, '');

/** Fires `signedout` with the code as `detail`. */
export const sessionEvents = new EventTarget();

export const session = new AuthSession({
  base,
  onSignedOut: (code) => sessionEvents.dispatchEvent(new CustomEvent('signedout', { detail: code })),
});

/** What the user said no to; views show nothing for it. */
export const CANCELLED = 'cancelled';

let askForStepUp = () => Promise.reject(new AuthError(CANCELLED));

/** `ask(problem)` authenticates the user once more, or rejects with `CANCELLED`. */
export function onStepUp(ask) {
  askForStepUp = ask;
}

/** Does something; if that needs a recent sign-in, asks for it and does it once more. */
export async function withStepUp(work) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== 'insufficient_user_authentication') {
      throw error;
    }
    await askForStepUp(error.problem);
    return work();
  }
}

/**
 * Makes functions of a table of operations: `{ name: 'METHOD /path/{parameter}' }`; each takes the path's parameters, `query`,
 * `body`, `headers`, and `as: 'response'` for the whole answer.
 */
export function operations(table, { anonymous = false } = {}) {
  return Object.fromEntries(Object.entries(table).map(([name, route]) =>
    [name, (args = {}) => withStepUp(() => call(route, args, anonymous))]));
}

export const api = {
  ...operations({
    signInOptions: 'GET /auth/options',
    forgotPassword: 'POST /auth/password/forgot',
    resetPassword: 'POST /auth/password/reset',
    acceptInvitation: 'POST /auth/invitation',
    verifyEmail: 'POST /auth/email/verify',
  }, { anonymous: true }),
  ...operations({
    ownAccount: 'GET /auth/account',
    changeOwnAccount: 'PATCH /auth/account',
    deleteOwnAccount: 'POST /auth/account/delete',
    changeEmail: 'POST /auth/email',
    ownSessions: 'GET /auth/sessions',
    endOwnSession: 'DELETE /auth/sessions/{sid}',
    logoutAll: 'POST /auth/logout-all',
    ownFactors: 'GET /auth/mfa',
    beginTotp: 'POST /auth/mfa/totp',
    confirmTotp: 'POST /auth/mfa/totp/confirm',
    removeTotp: 'DELETE /auth/mfa/totp',
    replaceRecoveryCodes: 'POST /auth/mfa/recovery-codes',
    rememberedDevices: 'GET /auth/mfa/devices',
    forgetDevice: 'DELETE /auth/mfa/devices/{device_id}',
    ownApiKeys: 'GET /auth/api-keys',
    createOwnApiKey: 'POST /auth/api-keys',
    changeOwnApiKey: 'PATCH /auth/api-keys/{key_id}',
    revokeOwnApiKey: 'DELETE /auth/api-keys/{key_id}',
    rotateOwnApiKey: 'POST /auth/api-keys/{key_id}/rotate',
    ownUsage: 'GET /auth/usage',
    ownBudgets: 'GET /auth/usage/budgets',
  }),
};

async function call(route, { query, body, headers = {}, as, ...parameters }, anonymous) {
  const [method, template] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (all, name) => encodeURIComponent(parameters[name]));
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const url = `${base}${path}${given.length ? `?${new URLSearchParams(given)}` : ''}`;
  const json = body === undefined || headers['Content-Type'] ? {} : { 'Content-Type': 'application/json' };
  const init = {
    method,
    cache: 'no-store',
    headers: { ...json, ...headers },
    body: typeof body === 'object' && !(body instanceof Blob) ? JSON.stringify(body) : body,
  };
  const response = await send(url, init, anonymous);
  if (response.ok && as === 'response') {
    return response;
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) {
    const retryAfter = Number(response.headers.get('Retry-After')) || 0;
    throw new AuthError(answer?.error ?? 'unreachable', answer, retryAfter);
  }
  return answer;
}

async function send(url, init, anonymous) {
  try {
    return await (anonymous ? fetch(url, { ...init, credentials: 'same-origin' }) : session.fetch(url, init));
  } catch (error) {
    throw error instanceof AuthError ? error : new AuthError('unreachable');
  }
}
