#!/usr/bin/env bash
# smoke.sh FOLDER PASSWORD_FILE [USER]: tries an installation over HTTPS, from this machine, as its first account. Fails at
# the first answer that is not as it should be.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl openssl
read_installation "${1:?"which folder?"}"
password_file=${2:?"which file holds the password?"}
user=${3:-admin}
[[ -r $password_file ]] || die "$password_file cannot be read"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# This server is known by its key, whatever name its certificate is for
pin=$(openssl x509 -in "$installation/tls/server.pem" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)
https="https://localhost:$https_port" operations="http://localhost:$operations_port"

# expect NAME STATUS TEXT URL [curl options]: the answer has that status, and that text in its body
expect() {
  local name=$1 status=$2 text=$3 url=$4 got
  shift 4
  got=$(curl -s -m 30 -k --pinnedpubkey "sha256//$pin" -o "$work/body" -w '%{http_code}' "$@" "$url") || got="none, curl ended with $?"
  if [[ $got != "$status" ]] || ! grep -qF -- "$text" "$work/body"; then
    die "$name: expected $status and '$text', the answer was $got$([[ -s $work/body ]] && printf ' ' && head -c 300 "$work/body")"
  fi
  say "  $name: $status"
}
token() {
  sed 's/.*"access_token":"\([^"]*\)".*/Authorization: Bearer \1/' "$work/body" > "$work/token"
}

expect "health, from this machine" 200 '"name":"keys"' "$operations/health/ready"
expect "metrics, from this machine" 200 jwt_logins_total "$operations/metrics"
expect "the application is not on the operations port" 404 '' "$operations/auth/jwks"
expect "key set" 200 '"kty":"RSA"' "$https/auth/jwks"
for path in health health/ready health/live metrics openapi; do
  expect "/$path is closed" 404 not_found "$https/$path"
done

escaped=$(sed 's/\\/\\\\/g; s/"/\\"/g' "$password_file")
printf '{"username":"%s","password":"%s"}' "$user" "$escaped" > "$work/login"
expect "a wrong password" 401 invalid_credentials "$https/auth/login" -H 'Content-Type: application/json' -d '{"username":"nobody","password":"not the password"}'
expect "login" 200 access_token "$https/auth/login" -c "$work/jar" -H 'Content-Type: application/json' -d "@$work/login"
token
expect "a bare token" 200 "\"username\":\"$user\"" "$https/api/user" -H "@$work/token"
expect "the same once more" 401 token_replayed "$https/api/user" -H "@$work/token"
expect "refresh" 200 access_token "$https/auth/refresh" -X POST -b "$work/jar" -c "$work/jar"
token
expect "a token with its session" 200 "\"username\":\"$user\"" "$https/api/user" -b "$work/jar" -H "@$work/token"
expect "the same once more" 200 "\"username\":\"$user\"" "$https/api/user" -b "$work/jar" -H "@$work/token"
expect "administration" 200 '"items":' "$https/admin/api/users" -b "$work/jar" -H "@$work/token"
expect "logout" 200 'Logged out' "$https/auth/logout" -X POST -b "$work/jar" -H "@$work/token"
expect "the token is dead" 401 token_revoked "$https/api/user" -b "$work/jar" -H "@$work/token"
expect "the refresh token is dead" 401 invalid_refresh_token "$https/auth/refresh" -X POST -b "$work/jar"
if [[ -r $installation/tls/services.p12 ]]; then
  if curl -s -m 30 -k -o /dev/null "https://localhost:$services_port/auth/jwks"; then
    die "the port of the services answered somebody without a certificate"
  fi
  say "  without a certificate the port of the services is closed"
fi
