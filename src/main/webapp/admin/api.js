/** The administration's part of the API, by the names of openapi.yaml. */
import { operations } from '../ui/api.js';

export const admin = operations({
  overview: 'GET /admin/api/overview',
  listAccounts: 'GET /admin/api/users',
  createAccount: 'POST /admin/api/users',
  importAccounts: 'POST /admin/api/users/import',
  exportAccounts: 'GET /admin/api/users/export',
  getAccount: 'GET /admin/api/users/{id}',
  changeAccount: 'PATCH /admin/api/users/{id}',
  deleteAccount: 'DELETE /admin/api/users/{id}',
  inviteAccount: 'POST /admin/api/users/{id}/invite',
  unlockAccount: 'POST /admin/api/users/{id}/unlock',
  removeFactors: 'DELETE /admin/api/users/{id}/mfa',
  accountSignIn: 'GET /admin/api/users/{id}/sign-in',
  accountSessions: 'GET /admin/api/users/{id}/sessions',
  endAccountSessions: 'DELETE /admin/api/users/{id}/sessions',
  endAccountSession: 'DELETE /admin/api/users/{id}/sessions/{sid}',
  liftSignInLimit: 'DELETE /admin/api/sign-in-limits/{address}',
  accountApiKeys: 'GET /admin/api/users/{id}/api-keys',
  createApiKey: 'POST /admin/api/users/{id}/api-keys',
  listApiKeys: 'GET /admin/api/api-keys',
  revokeApiKey: 'DELETE /admin/api/api-keys/{key_id}',
  getAccountBudget: 'GET /admin/api/users/{id}/budget',
  putAccountBudget: 'PUT /admin/api/users/{id}/budget',
  deleteAccountBudget: 'DELETE /admin/api/users/{id}/budget',
  listRoles: 'GET /admin/api/roles',
  putRole: 'PUT /admin/api/roles/{name}',
  deleteRole: 'DELETE /admin/api/roles/{name}',
  getRoleBudget: 'GET /admin/api/roles/{name}/budget',
  putRoleBudget: 'PUT /admin/api/roles/{name}/budget',
  deleteRoleBudget: 'DELETE /admin/api/roles/{name}/budget',
  allSessions: 'GET /admin/api/sessions',
  signInFailures: 'GET /admin/api/sign-in-failures',
  usage: 'GET /admin/api/usage',
  listKeys: 'GET /admin/api/keys',
  rotateKeys: 'POST /admin/api/keys/rotate',
  compromiseKey: 'POST /admin/api/keys/{kid}/compromise',
  revokeAll: 'POST /admin/api/revoke-all',
  policy: 'GET /admin/api/policy',
});

/** Whether somebody has the role `admin`, or one of the permissions; without any: the role. */
export function may(claims, ...permissions) {
  return claims.roles.includes('admin') || permissions.some((permission) => claims.permissions.includes(permission));
}

/** An account, and in `etag` the version that was read. */
export async function readAccount(id) {
  return withTag(await admin.getAccount({ id, as: 'response' }));
}

/** Changes an account if it still is the version of this tag; resolves as `readAccount` does, or rejects with `precondition_failed`. */
export async function changeAccountAt(etag, id, body) {
  return withTag(await admin.changeAccount({ id, body, headers: etag ? { 'If-Match': etag } : {}, as: 'response' }));
}

/** A proxy that compresses answers marks their tags as its own. */
async function withTag(response) {
  const etag = response.headers.get('ETag')?.replace(/^W\//, '').replace(/-(gzip|br)"$/, '"');
  return { ...await response.json(), etag };
}

/** What a promise gives, or `instead` where the thing is not there. */
export async function orMissing(promise, instead = null) {
  try {
    return await promise;
  } catch (error) {
    if (error.code === 'not_found') {
      return instead;
    }
    throw error;
  }
}
