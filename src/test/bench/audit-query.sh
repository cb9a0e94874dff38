#!/usr/bin/env bash
# The first page of every filter among so many entries (10000000) on PostgreSQL (or in the embedded database, with the word h2), and 100,000 lines on their way (docs/benchmarks.md).
# Ten million take some 20 GB in the temporary folder and half an hour.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

exec java -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.trail.TrailBenchmark "${1:-10000000}" "${@:2}"
