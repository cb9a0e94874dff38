// Verifies an access token against the published key set with a stock library of another language: jose, from npm.
// Usage: node verify.mjs BASE_URL TOKEN   (jose must be resolvable from this folder)
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [base, token] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL('/auth/jwks', base));
const { payload, protectedHeader } = await jwtVerify(token, keys, {
  algorithms: ['RS256'],
  issuer: 'https://api.amplihack.com',
  audience: 'amplihack-api',
  typ: 'JWT',
  requiredClaims: ['sub', 'jti', 'exp', 'nbf', 'iat'],
});
console.log(`verified ${payload.upn} with ${protectedHeader.kid}`);
