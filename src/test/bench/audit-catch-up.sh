#!/usr/bin/env bash
# How long 100,000 audit lines that waited for PostgreSQL take to get there while the server is under full load
# (docs/benchmarks.md): builds the WAR, starts a server, a Redis and a PostgreSQL. Needs wrk, takes three minutes.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.AuditCatchUp
