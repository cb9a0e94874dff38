#!/usr/bin/env bash
# Measures the store with up to a million sessions (docs/benchmarks.md): needs 2 GB for Redis.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.StoreGrowthBenchmark
