#!/usr/bin/env bash
# How fast the hot paths become after a start (docs/benchmarks.md): builds the WAR, starts a server, a Redis and an upstream for
# each. Needs wrk, takes nine minutes. Arguments: the paths that are wanted; JAVA_OPTIONS: instead
# of the parallel collector.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -Dit.java.options="${JAVA_OPTIONS:--XX:+UseParallelGC}" \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.FirstMinute "$@"
