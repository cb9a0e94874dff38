#!/usr/bin/env bash
# rolling.sh SOCKET WAR NODE=FOLDER[@HOST]…: brings a new WAR to all nodes behind HAProxy, one after the other, without a gap.
# rolling.sh SOCKET --undo NODE=FOLDER[@HOST]…: the same with the WAR before.
#
# SOCKET is HAProxy's stats socket with level admin, NODE a server's name in haproxy.cfg, FOLDER its installation, HOST where it
# is, if not here: reached by ssh, with this repository's server-config below FOLDER/kit, which others may not write. Each node
# is taken out, its open requests end, deploy.sh runs there, and it comes back when it is ready. When one fails, it runs what it
# ran before, is back, and the rest is left alone: run the same with --undo for those that were done.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
patience=${DRAIN_SECONDS:-130} # a stream may be silent for 120
backends=(ready any)

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
die() { printf 'rolling.sh: %s\n' "$*" >&2 && exit 1; }

command -v socat > /dev/null || die "socat is needed and not there"
socket=${1:?"which socket?"} war=${2:?"which WAR?"}
shift 2
(($# > 1)) || die "name at least two nodes: with one use deploy.sh"

haproxy() { printf '%s\n' "$1" | socat stdio "UNIX-CONNECT:$socket"; }
# The field $3 of the server $2 in the backend $1
field() {
  haproxy "show stat" | awk -F, -v backend="$1" -v server="$2" -v field="$3" \
    'NR == 1 {sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i} $1 == backend && $2 == server {print $at[field]}'
}
state() {
  local backend answer
  for backend in "${backends[@]}"; do
    answer=$(haproxy "set server $backend/$1 state $2")
    [[ -z ${answer//[[:space:]]/} ]] || die "HAProxy: $answer"
  done
}
open_requests() {
  local backend sum=0
  for backend in "${backends[@]}"; do
    sum=$((sum + $(field "$backend" "$1" scur)))
  done
  printf '%s' "$sum"
}
deploy_at() {
  local folder=${1%@*}
  if [[ $1 == *@* ]]; then
    ssh -o BatchMode=yes "${1##*@}" "$folder/kit/payara/deploy.sh" "$folder" "$war"
  else
    "$here/../payara/deploy.sh" "$folder" "$war"
  fi
}

for node in "$@"; do
  [[ $node == ?*=?* ]] || die "a node is NAME=FOLDER, not $node"
  [[ $(field ready "${node%%=*}" status) == UP* ]] || die "${node%%=*} is not up: no node is touched"
done
for node in "$@"; do
  name=${node%%=*}
  others=0
  for other in "$@"; do
    [[ $other == "$node" || $(field ready "${other%%=*}" status) != UP* ]] || others=$((others + 1))
  done
  ((others > 0)) || die "no other node is up: $name stays as it is"
  say "$name: no new requests"
  state "$name" drain
  trap 'state "$name" ready' EXIT
  for ((i = 0; i < patience; i++)); do
    (($(open_requests "$name") > 0)) || break
    sleep 1
  done
  say "$name: $(open_requests "$name") requests are open after $i s"
  deploy_at "${node#*=}" || die "$name failed and runs what it ran before; those after it were not touched"
  state "$name" ready
  trap - EXIT
  for ((i = 0; i < 60; i++)); do
    [[ $(field ready "$name" status) != UP ]] || break
    sleep 1
  done
  [[ $(field ready "$name" status) == UP ]] || die "HAProxy does not find $name up again"
  say "$name: back"
done
say "All nodes run it"
