#!/usr/bin/env bash
# Compares this service with an empty WAR, the thinnest verifier, Spring Boot's resource server and Keycloak, and with what
# the libraries do alone (docs/benchmarks.md): builds the WAR, brings the others from Maven, prints one table.
# Usage: compare.sh [--quick|--dry-run] [ours] [empty] [alone] [spring] [keycloak]
set -euo pipefail
cd "$(dirname "$0")/../../.."

keycloak=26.7.0
command -v wrk > /dev/null || {
  echo "There is no wrk here (Debian: apt-get install wrk)." >&2
  exit 1
}
mvn -B -q -DskipTests package dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/bench.classpath

others=target/compare
mkdir -p $others
options=()
if mvn -B -q -f src/test/bench/compare/spring -Dbench.directory="$PWD/$others/spring" compile \
  dependency:build-classpath -Dmdep.outputFile="$PWD/$others/spring.classpath"; then
  options+=("-Dcompare.spring=$PWD/$others/spring/classes:$(cat $others/spring.classpath)")
else
  echo "Maven could not bring Spring Boot: left out."
fi
if [ -x $others/keycloak-$keycloak/bin/kc.sh ] || { mvn -B -q dependency:copy \
  -Dartifact=org.keycloak:keycloak-quarkus-dist:$keycloak:zip -DoutputDirectory=$others && (cd $others \
  && jar -xf keycloak-quarkus-dist-$keycloak.zip && chmod +x keycloak-$keycloak/bin/kc.sh); }; then
  rm -rf $others/keycloak-$keycloak/data
  $others/keycloak-$keycloak/bin/kc.sh build --db=dev-file > $others/keycloak-build.log
  options+=("-Dcompare.keycloak=$PWD/$others/keycloak-$keycloak")
else
  echo "Maven could not bring Keycloak $keycloak: left out."
fi

exec java \
  -Djava.util.logging.config.file=/dev/null \
  "-Dit.java.options=-Xmx1g -XX:+UseParallelGC" \
  -Dit.war="$PWD"/target/amplihack-auth.war \
  -Dit.launcher="$PWD"/target/amplihack-auth-launcher.jar \
  -Dit.payara.micro="$PWD"/target/payara-micro.jar \
  -Dit.logging="$PWD"/server-config/payara-micro/logging.properties \
  -Dit.directory="$PWD/target/it" \
  "${options[@]}" \
  -cp "target/test-classes:target/classes:$(cat target/bench.classpath)" \
  com.amplihack.auth.bench.Comparison "$@"
