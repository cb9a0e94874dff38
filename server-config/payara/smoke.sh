#!/usr/bin/env bash
# smoke.sh FOLDER PASSWORD_FILE [USER [TOTP_FILE]]: tries an installation over HTTPS, from this machine, as its first account.
# Fails at the first answer that is not as it should be. TOTP_FILE (PASSWORD_FILE-totp) holds the secret of the account's
# authenticator app in base32, in its first line; if the account must get a second factor, it is made and written there, with
# the address for an app and the recovery codes.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl openssl base32 od
read_installation "${1:?"which folder?"}"
password_file=${2:?"which file holds the password?"}
user=${3:-admin}
totp_file=${4:-$password_file-totp}
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

# member NAME: a text of the last answer
member() {
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/body"
}
# code: the one of now (RFC 6238) for the secret in TOTP_FILE
code() {
  local key mac offset
  key=$(head -n 1 "$totp_file" | tr -d ' \r\n' | base32 -d | od -An -v -tx1 | tr -d ' \n')
  mac=$(printf '%016x' "$(($(date +%s) / 30))" | sed 's/../\\x&/g' | xargs -0 printf '%b' \
    | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -binary | od -An -v -tx1 | tr -d ' \n')
  offset=$((16#${mac:39:1} * 2))
  printf '%06d' "$(((16#${mac:offset:8} & 0x7fffffff) % 1000000))"
}
# Signs in; the answer is that of the last step
sign_in() {
  local status try
  status=$(curl -s -m 30 -k --pinnedpubkey "sha256//$pin" -o "$work/body" -w '%{http_code}' -c "$work/jar" \
    -H 'Content-Type: application/json' -d "@$work/login" "$https/auth/login") || die "login: no answer"
  if [[ $status == 401 ]] && grep -q mfa_required "$work/body"; then
    [[ -r $totp_file ]] || die "$user has a second factor: write the secret of its app into $totp_file"
    for try in 1 2 3; do
      member mfa_token > "$work/mfa"
      printf '{"mfa_token":"%s","method":"totp","code":"%s"}' "$(cat "$work/mfa")" "$(code)" > "$work/second"
      status=$(curl -s -m 30 -k --pinnedpubkey "sha256//$pin" -o "$work/body" -w '%{http_code}' -c "$work/jar" \
        -H 'Content-Type: application/json' -d "@$work/second" "$https/auth/login/mfa") || die "second factor: no answer"
      [[ $status != 401 || $try == 3 ]] && break
      sleep $((31 - $(date +%s) % 30)) # a code is good once
      curl -s -m 30 -k --pinnedpubkey "sha256//$pin" -o "$work/body" -H 'Content-Type: application/json' \
        -d "@$work/login" "$https/auth/login" || die "login: no answer"
    done
    say "  second factor: $status"
  fi
  [[ $status == 200 ]] || die "login: expected 200, the answer was $status $(head -c 300 "$work/body")"
  say "  login: $status"
}
# Gets the second factor that the account must have
enroll() {
  expect "administration, before there is a second factor" 403 mfa_enrollment_required "$https/admin/api/users" -b "$work/jar" -H "@$work/token"
  expect "second factor, begun" 200 otpauth_uri "$https/auth/mfa/totp" -X POST -b "$work/jar" -H "@$work/token"
  { member secret; member otpauth_uri; } > "$totp_file"
  printf '{"code":"%s"}' "$(code)" > "$work/code"
  expect "second factor, confirmed" 200 recovery_codes "$https/auth/mfa/totp/confirm" -b "$work/jar" -H "@$work/token" -H 'Content-Type: application/json' -d "@$work/code"
  sed 's/.*\[//; s/\].*//; s/"//g' "$work/body" | tr ',' '\n' >> "$totp_file"
  say "  secret, address for an authenticator app and recovery codes of $user are in $totp_file: take them away"
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
sign_in
if grep -q must_enroll "$work/body"; then
  token
  enroll
  sleep $((31 - $(date +%s) % 30)) # the code that confirmed it is good no more
  sign_in
fi
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
