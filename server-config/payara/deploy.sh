#!/usr/bin/env bash
# deploy.sh FOLDER WAR: brings a new WAR into an installation; when it does not start, the one before runs again.
# deploy.sh FOLDER --undo: brings back the WAR before the one that runs.
# The new version is deployed beside the one that runs; then they change places, which is the only gap.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl awk
read_installation "${1:?"which folder?"}"
wars="$installation/war" war=${2:?"which WAR?"}
[[ $war != --undo ]] || war="$wars/previous.war"
[[ -r $war ]] || die "no WAR at $war"
[[ -r $wars/current.war ]] || die "$wars/current.war is missing: there would be no way back"
old=$(enabled_version)
[[ -n $old ]] || die "no version of $APPLICATION runs: nothing could be brought back. See $(log), then: asadmin enable, or deploy"
new="$APPLICATION:$(date -u +%Y%m%dT%H%M%S)"
cp "$war" "$wars/next.war"
own "$wars/next.war"

say "Deploying $war as $new, beside $old, which runs on"
before=$(stat -c %s "$(log)")
if ! output=$(asadmin deploy --enabled=false --name "$new" --contextroot / --virtualservers server "$wars/next.war" 2>&1); then
  asadmin undeploy "$new" > /dev/null 2>&1 || true
  rm "$wars/next.war"
  printf '%s\n' "$output" >&2
  die "not deployed, the one before never stopped"
fi
say "Changing places"
begun=$SECONDS
if switch_to "$new"; then
  say "It runs, after $((SECONDS - begun)) s; $wars/previous.war is the one before"
  asadmin undeploy "$old" > /dev/null || say "$old is still deployed, but off"
  mv "$wars/current.war" "$wars/previous.war"
  mv "$wars/next.war" "$wars/current.war"
  exit 0
fi
reason=$(why "$before")
say "It did not start: ${reason:-$(log) may say why}"
say "Bringing back the one before"
rm "$wars/next.war"
if ! switch_to "$old"; then
  deploy "$wars/current.war" || die "the one before does not start either, nothing runs: $(why "$before")"
fi
asadmin undeploy "$new" > /dev/null 2>&1 || true
die "not deployed, the one before runs again"
