#!/usr/bin/env bash
# verify-audit on an audit file of so many MiB (1024), with 64 MiB of heap (docs/benchmarks.md): builds the WAR and the command.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath
file=target/bench-audit.jsonl
trap 'rm -f "$file" "$file.key"' EXIT

java -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.audit.chain.AuditFileMaker "$file" "${1:-1024}"
time java -Xmx64m -jar target/amplihack-auth-tools.jar verify-audit --key "$file.key" "$file" 2>/dev/null
