/** Errors in words that say what to do. */
import { hasMessage, t } from './i18n.js';

/** What a call is refused with whose session has ended. */
const OVER = [
  'invalid_refresh_token', 'refresh_token_reused', 'refresh_token_required', 'binding_mismatch', 'token_revoked', 'user_changed',
];

/**
 * An `AuthError`'s, or that of WebAuthn (DOMException), or anything else's words. `words` are the keys of other ones for some codes,
 * where the usual ones would say what was not asked. A service that answers that it cannot is not `unreachable`.
 */
export function errorText(error, words = {}) {
  const { problem = {} } = error;
  const code = error.code === 'unreachable' ? problem.error ?? error.code : error.code;
  if (error instanceof DOMException) {
    return t(hasMessage(`error.dom.${error.name}`) ? `error.dom.${error.name}` : 'error.passkey');
  }
  if (code === 'invalid_credentials' && problem.tries_left === 0) {
    return t('error.factor_over');
  }
  if (words[code]) {
    return t(words[code]);
  }
  if (code === 'invalid_credentials' && problem.tries_left !== undefined) {
    return t('error.wrong_factor', { left: problem.tries_left });
  }
  if (hasMessage(`error.${code}`)) {
    return t(`error.${code}`, { detail: problem.detail ?? '', reason: problem.reason });
  }
  if (OVER.includes(code)) {
    return t('sign-in.session-over');
  }
  if (!code) {
    console.error(error);
  }
  return t('error.other', { detail: problem.detail ?? '' });
}
