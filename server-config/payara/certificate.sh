#!/usr/bin/env bash
# certificate.sh FOLDER: puts the certificate and key in tls/server.p12 beside this script (its password in secrets/tls) into
# the place of those of an installation, and restarts it; when it does not answer with them, the ones before are back.
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
store -exportcert -rfc -keystore "$work/server.p12" -alias server > "$work/server.pem" 2> /dev/null

restart() {
  say "Restarting"
  asadmin restart-domain "$DOMAIN" > "$work/output" 2>&1 || cat "$work/output" >&2
  ready 120 && [[ $(openssl s_client -connect "localhost:$https_port" < /dev/null 2> /dev/null | fingerprint) == "$(fingerprint < "$tls/server.pem")" ]]
}
fingerprint() {
  openssl x509 -noout -fingerprint -sha256
}
for file in server.p12 server.pem; do
  cp -p "$tls/$file" "$tls/$file.before" # there, so that it outlives whoever interrupts this
  mv "$work/$file" "$tls/$file"
done
if restart; then
  rm "$tls"/server.{p12,pem}.before
  say "It answers with $(openssl x509 -in "$tls/server.pem" -noout -enddate)"
  exit 0
fi
for file in server.p12 server.pem; do
  mv "$tls/$file.before" "$tls/$file"
done
restart || die "it does not answer with the certificate before either"
die "it does not answer with this certificate, the one before is back"
