/** Errors in words that say what to do. */
import { hasMessage, t } from './i18n.js';

/** What a call is refused with whose session has ended. */
const OVER = [
  'invalid_refresh_token', 'refresh_token_reused', 'refresh_token_required', 'binding_mismatch', 'token_revoked', 'user_changed',
];

/** An `AuthError`'s, or that of WebAuthn (DOMException), or anything else's words. */
export function errorText(error) {
  const { code, problem = {} } = error;
  if (error instanceof DOMException) {
    return t(hasMessage(`error.dom.${error.name}`) ? `error.dom.${error.name}` : 'error.passkey');
  }
  if (code === 'invalid_credentials' && problem.tries_left !== undefined) {
    return t(problem.tries_left > 0 ? 'error.wrong_factor' : 'error.factor_over', { left: problem.tries_left });
  }
  if (hasMessage(`error.${code}`)) {
    return t(`error.${code}`, { detail: problem.detail ?? '' });
  }
  if (OVER.includes(code)) {
    return t('sign-in.session-over');
  }
  if (!code) {
    console.error(error);
  }
  return t('error.other', { detail: problem.detail ?? '' });
}
