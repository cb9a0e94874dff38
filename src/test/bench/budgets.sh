#!/usr/bin/env bash
# Measures what reservations and settlements cost Redis (docs/benchmarks.md); starts no server.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.BudgetBenchmark
