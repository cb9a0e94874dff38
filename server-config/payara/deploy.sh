#!/usr/bin/env bash
# deploy.sh FOLDER WAR: brings a new WAR into an installation; when it does not start, the one before runs again.
# deploy.sh FOLDER --undo: brings back the WAR before the one that runs.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl
read_installation "${1:?"which folder?"}"
wars="$installation/war" war=${2:?"which WAR?"}
[[ $war != --undo ]] || war="$wars/previous.war"
[[ -r $war ]] || die "no WAR at $war"
[[ -r $wars/current.war ]] || die "$wars/current.war is missing: there would be no way back"
cp "$war" "$wars/next.war"

before=$(stat -c %s "$(log)")
say "Deploying $war"
if deploy "$wars/next.war"; then
  mv "$wars/current.war" "$wars/previous.war"
  mv "$wars/next.war" "$wars/current.war"
  say "It runs; $wars/previous.war is the one before"
  exit 0
fi
reason=$(why "$before")
say "It did not start: ${reason:-$(log) may say why}"
say "Deploying the one before"
deploy "$wars/current.war" || die "the one before does not start either, nothing runs: $(why "$before")"
rm "$wars/next.war"
die "not deployed, the one before runs again"
