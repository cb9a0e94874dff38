#!/usr/bin/env bash
# Tries two or three nodes behind HAProxy (docs/many-nodes.md): builds the WAR, starts them, kills one with -9 and replaces
# each, while people use their sessions; prints what happened.
# Usage: many-nodes.sh [nodes]
set -euo pipefail
cd "$(dirname "$0")/../../.."

PATH="$PATH:/usr/sbin" command -v haproxy > /dev/null || {
  echo "There is no haproxy here (Debian: apt-get install haproxy)." >&2
  exit 1
}
mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -Djava.util.logging.config.file=/dev/null \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.ManyNodes "${1:-3}"
