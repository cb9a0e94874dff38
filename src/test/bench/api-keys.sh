#!/usr/bin/env bash
# Compares 10,000 API keys of one account with ten (docs/benchmarks.md): builds the WAR, starts one server.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.ApiKeysBenchmark
