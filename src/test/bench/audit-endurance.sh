#!/usr/bin/env bash
# Shows that no acknowledged line of the audit log is lost (docs/benchmarks.md): mixed load for some minutes (60), two kills of the server,
# then the chain is verified and every answer looked up in it. Builds the WAR; starts a server, a Redis and a PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.tools="$PWD"/target/amplihack-auth-tools.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.AuditEndurance "$@"
