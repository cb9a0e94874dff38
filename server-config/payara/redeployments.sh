#!/usr/bin/env bash
# redeployments.sh FOLDER PASSWORD_FILE [TIMES]: deploys the same WAR again and again, uses it each time, and prints what
# the server holds afterwards: class loaders and threads of the application, metaspace, connections to Redis. What grows
# is a leak.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"
need curl ss
read_installation "${1:?"which folder?"}"
password_file=${2:?"which file holds the password of the first account?"}
times=${3:-20}
redis_port=$(asadmin get-config-property --source domain --propertyName redis.port | head -n 1)
process=$(pgrep -f -- "-Dcom.sun.aas.instanceRoot=$payara/glassfish/domains/$DOMAIN" | head -n 1 || true)
[[ -n $process ]] || process=$(ss -ltnpH "sport = :$https_port" | sed 's/.*pid=\([0-9]*\),.*/\1/')

row() {
  local loaders threads metaspace redis
  "$java/bin/jcmd" "$process" GC.run > /dev/null
  "$java/bin/jcmd" "$process" GC.run > /dev/null
  loaders=$("$java/bin/jcmd" "$process" VM.classloader_stats | grep -c 'org.glassfish.web.loader.WebappClassLoader' || true)
  threads=$(find "/proc/$process/task" -mindepth 1 -maxdepth 1 | wc -l)
  metaspace=$("$java/bin/jcmd" "$process" GC.heap_info | sed -n 's/.*Metaspace *used \([0-9]*\)K.*/\1/p')
  redis=$(ss -tnpH state established "dport = :$redis_port" | grep -c "pid=$process," || true)
  printf '%4s %14s %8s %15s %18s\n' "$1" "$loaders" "$threads" "$((metaspace / 1024))" "$redis"
}

# the smoke tests sign in more often than one address may
limit() {
  asadmin "$@" > /dev/null || die "auth.login.limit could not be changed"
}
limit set-config-property --source domain --propertyName auth.login.limit --propertyValue 1000
trap 'limit delete-config-property --source domain --propertyName auth.login.limit' EXIT

printf '%4s %14s %8s %15s %18s\n' n 'class loaders' threads 'metaspace, MiB' 'Redis connections'
row 0
for ((i = 1; i <= times; i++)); do
  deploy "$installation/war/current.war" || die "the deployment failed: $(why 0)"
  "$kit/smoke.sh" "$installation" "$password_file" > /dev/null
  row "$i"
done
