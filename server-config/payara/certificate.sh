#!/usr/bin/env bash
# certificate.sh FOLDER: puts the certificate and key in tls/server.p12 beside this script (its password in secrets/tls) into
# the place of those of an installation, and has HTTPS read them; when it does not answer with them, the ones before are back.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl openssl
read_installation "${1:?"which folder?"}"
for file in tls/server.p12 secrets/tls; do
  [[ -r $kit/$file ]] || die "$file is missing"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tls="$installation/tls"

# The password of the stores is random, and the domain alone knows it
look=(--source domain --propertyName certificate.look)
# shellcheck disable=SC2016 # the domain expands it
asadmin set-config-property "${look[@]}" --propertyValue '${ALIAS=auth-tls}' > /dev/null || die "the domain does not answer"
asadmin get-config-property "${look[@]}" | head -n 1 > "$work/tls"
asadmin delete-config-property "${look[@]}" > /dev/null

import_certificate "$work/server.p12"
# The certificates of the store $1
chain() {
  store -list -rfc -keystore "$1" 2> /dev/null | sed -n '/BEGIN CERT/,/END CERT/p'
}
fingerprint() {
  openssl x509 -noout -fingerprint -sha256
}
serves() {
  [[ $(openssl s_client -connect "localhost:$https_port" < /dev/null 2> /dev/null | fingerprint) == "$(fingerprint < "$1")" ]]
}
if [[ $(chain "$work/server.p12") == "$(chain "$tls/server.p12")" ]] && serves "$tls/server.pem"; then
  say "Nothing has changed: it answers with this certificate, $(openssl x509 -in "$tls/server.pem" -noout -enddate)"
  exit 0
fi
store -exportcert -rfc -keystore "$work/server.p12" -alias server > "$work/server.pem" 2> /dev/null

# Payara reads a store when a listener starts: off and on again is the only gap
reload() {
  local listener listeners=(http-listener-2)
  if [[ -e $tls/services.p12 ]]; then listeners+=(services); fi
  for listener in "${listeners[@]}"; do
    listener=configs.config.server-config.network-config.network-listeners.network-listener.$listener.enabled
    printf 'set %s\n' "$listener=false" "$listener=true"
  done > "$work/reload.asadmin"
  say "Reading it, without a restart"
  (apply "$work/reload.asadmin") && ready 60 && serves "$tls/server.pem"
}
for file in server.p12 server.pem; do
  cp -p "$tls/$file" "$tls/$file.before" # there, so that it outlives whoever interrupts this
  own "$work/$file"
  mv "$work/$file" "$tls/$file"
done
if reload; then
  rm "$tls"/server.{p12,pem}.before
  say "It answers with $(openssl x509 -in "$tls/server.pem" -noout -enddate)"
  exit 0
fi
for file in server.p12 server.pem; do
  mv "$tls/$file.before" "$tls/$file"
done
reload || die "it does not answer with the certificate before either"
die "it does not answer with this certificate, the one before is back"
