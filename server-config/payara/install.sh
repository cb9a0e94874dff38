#!/usr/bin/env bash
# Makes a production domain of Payara Server from nothing, with the service in it, and tries it (README.md).
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"

usage() {
  cat << 'END'
install.sh FOLDER [options]: installs Payara Server with Amplihack Auth into a new folder.

Beside this script are expected: the .asadmin files (edit settings.asadmin and postgresql.asadmin),
secrets/database, secrets/redis, tls/server.p12 and secrets/tls; README.md says more.

  --war FILE        the application (amplihack-auth.war beside this script)
  --portbase N      ports N+81 HTTPS, N+82 services, and on loopback N+48 administration, N+80 operations, N+86 JMX;
                    without it 8443, 8444, 4848, 8080, 8686
  --payara 6|7      Payara Server 6.2025.10 (the default), or 7.2025.1, which needs JDK 21 or later
  --self-signed     makes a certificate for localhost where tls/server.p12 is missing: for a trial

JAVA_HOME says which JDK runs the server. PAYARA_ZIP names a ZIP of that Payara that is here already;
otherwise Maven fetches it from Maven Central.
END
}

folder='' war="$kit/amplihack-auth.war" portbase='' version=6 self_signed=no
while (($# > 0)); do
  case $1 in
    --war) war=${2:?"--war needs a file"} && shift 2 ;;
    --portbase) portbase=${2:?"--portbase needs a number"} && shift 2 ;;
    --payara) version=${2:?"--payara needs 6 or 7"} && shift 2 ;;
    --self-signed) self_signed=yes && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) [[ -z $folder ]] || die "one folder, not $folder and $1" && folder=$1 && shift ;;
  esac
done
[[ -n $folder ]] || { usage >&2 && exit 2; }

# --- what must be there before anything is made

need curl openssl awk
if [[ -e $folder && -n $(ls -A "$folder" 2> /dev/null || echo file) ]]; then
  die "$folder is not empty. deploy.sh brings a new WAR into an installation, asadmin changes its settings; to begin anew stop its domain and remove the folder"
fi
case $version in
  6) artifact=6.2025.10 java_least=17 sha256=7478dd3870fde4f54e87675e4482950baa2c06bd1b6ba567e22676534fb3bbb6 ;;
  7) artifact=7.2025.1 java_least=21 sha256=ce585cac73b6937f35b3c8ece296e3fc19cbbc94bfe8548900343c6879a08a58 ;;
  *) die "--payara must be 6 or 7, was '$version'" ;;
esac
java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")}
[[ -x $java/bin/java && -x $java/bin/keytool && -x $java/bin/jar ]] || die "JAVA_HOME names no JDK: '$java'"
java_is=$("$java/bin/java" -XshowSettings:properties -version 2>&1 | awk '/java.specification.version =/ {print $3}')
((java_is >= java_least)) || die "Payara Server $artifact needs JDK $java_least or later, $java is $java_is"
[[ -r $war ]] || die "no WAR at $war: mvn -DskipTests package makes target/amplihack-auth.war"
if [[ -z $portbase ]]; then
  https_port=8443 services_port=8444 admin_port=4848 operations_port=8080 jmx_port=8686
  portbase=27000 # of what is switched off before it is used
elif [[ $portbase =~ ^[0-9]+$ ]] && ((portbase >= 1024 && portbase <= 65400)); then
  https_port=$((portbase + 81)) services_port=$((portbase + 82))
  admin_port=$((portbase + 48)) operations_port=$((portbase + 80)) jmx_port=$((portbase + 86))
else
  die "--portbase must be 1024 to 65400, was '$portbase'"
fi
for port in $https_port $services_port $admin_port $operations_port $jmx_port; do
  if (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
    die "port $port is taken"
  fi
done

# The one line of the secret $1, from secrets/ beside this script
given() {
  local value
  value=$(cat "$kit/secrets/$1")
  [[ -n $value && $value != *$'\n'* ]] || die "secrets/$1 must hold one line"
  [[ $value =~ ^[[:print:]]+$ && ! $value =~ [^\ -~] ]] || die "secrets/$1 must be printable ASCII: asadmin reads nothing else"
  printf '%s' "$value"
}
for secret in database redis; do
  [[ -r $kit/secrets/$secret ]] || die "secrets/$secret is missing: the password of the service's user there, in one line"
  given "$secret" > /dev/null
done
if [[ ! -r $kit/tls/server.p12 ]]; then
  [[ $self_signed == yes ]] \
    || die "tls/server.p12 is missing: the certificate with its key, as PKCS12; for a trial --self-signed makes one"
elif [[ ! -r $kit/secrets/tls ]]; then
  die "secrets/tls is missing: the password of tls/server.p12"
fi

# --- from here on there is something to look at when it fails

mkdir -p "$folder"
installation=$(cd "$folder" && pwd) payara="$installation/payara$version" work="$installation/work"
mkdir "$installation"/{secrets,tls,war} "$work" "$work/alias"
started=no
finish() {
  local code=$?
  rm -rf "$work"
  if ((code != 0)); then
    if [[ $started == yes ]]; then
      asadmin stop-domain "$DOMAIN" > /dev/null 2>&1 || true
    fi
    printf '%s\n' "Not installed. Look at $installation, then remove it before the next attempt." >&2
  fi
}
trap finish EXIT

zip=${PAYARA_ZIP:-}
if [[ -z $zip ]]; then
  need mvn
  say "Fetching Payara Server $artifact from Maven Central"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact="fish.payara.distributions:payara:$artifact:zip" -DoutputDirectory="$work"
  zip="$work/payara-$artifact.zip"
fi
[[ $(openssl dgst -sha256 "$zip" | awk '{print $NF}') == "$sha256" ]] || die "$zip is not Payara Server $artifact as it was released"
say "Unpacking Payara Server $artifact"
zip=$(cd "$(dirname "$zip")" && pwd)/${zip##*/}
(cd "$installation" && "$java/bin/jar" xf "$zip")
chmod u+x "$payara"/bin/asadmin "$payara"/glassfish/bin/*
rm -r "$payara/glassfish/domains/domain1"
printf 'AS_JAVA="%s"\n' "$java" >> "$payara/glassfish/config/asenv.conf"
for name in installation payara java https_port services_port admin_port operations_port jmx_port; do
  printf '%s=%q\n' "$name" "${!name}"
done > "$installation/installation.conf"

# The secret $1 as it was given, or a random one that is kept in secrets/ of the installation
secret() {
  if [[ ! -r $kit/secrets/$1 ]]; then
    [[ -f $installation/secrets/$1 ]] || openssl rand -hex 24 > "$installation/secrets/$1"
    cat "$installation/secrets/$1"
  else
    given "$1"
  fi
}
# A line of a password file for asadmin, which reads them as Java properties
password_line() {
  printf '%s=%s\n' "$1" "${2//\\/\\\\}"
}
{
  password_line AS_ADMIN_PASSWORD "$(secret admin)"
  password_line AS_ADMIN_MASTERPASSWORD "$(secret master)"
} > "$installation/secrets/admin.password"
rm -f "$installation"/secrets/{admin,master}

say "Keys and authorities of TLS"
openssl rand -hex 24 > "$work/tls"
password_line AS_ADMIN_ALIASPASSWORD "$(cat "$work/tls")" > "$work/alias/tls"
if [[ -r $kit/tls/server.p12 ]]; then
  import_certificate "$installation/tls/server.p12"
else
  store -genkeypair -keystore "$installation/tls/server.p12" -alias server -keyalg RSA -keysize 3072 -validity 365 \
    -dname CN=localhost -ext san=dns:localhost,ip:127.0.0.1 2> /dev/null
fi
store -exportcert -rfc -keystore "$installation/tls/server.p12" -alias server > "$installation/tls/server.pem" 2> /dev/null
if [[ -r $kit/tls/services.pem ]]; then
  awk -v out="$work/authority" '/BEGIN CERTIFICATE/ {n++} n {print > (out n ".pem")}' "$kit/tls/services.pem"
  for pem in "$work"/authority*.pem; do
    [[ -r $pem ]] || die "tls/services.pem holds no certificate"
    store -importcert -noprompt -keystore "$installation/tls/services.p12" -alias "$(basename "$pem" .pem)" \
      -file "$pem" 2> /dev/null || die "tls/services.pem holds a certificate that cannot be read"
  done
fi

say "Making the domain"
asadmin create-domain --adminport "$admin_port" --instanceport "$operations_port" --domainproperties \
  "http.ssl.port=$https_port:domain.jmxPort=$jmx_port:jms.port=$((portbase + 76)):orb.listener.port=$((portbase + 37)):orb.ssl.port=$((portbase + 38)):orb.mutualauth.port=$((portbase + 39)):osgi.shell.telnet.port=$((portbase + 66)):java.debugger.port=$((portbase + 9)):hazelcast.das.port=$((portbase + 49)):hazelcast.start.port=$((portbase + 59))" \
  "$DOMAIN" > "$work/output" 2>&1 || { cat "$work/output" >&2 && die "the domain could not be made"; }
say "Starting it"
started=yes
asadmin start-domain "$DOMAIN" > "$work/output" 2>&1 || { cat "$work/output" >&2 && die "the domain did not start"; }

for name in key-passphrase database redis first-account; do
  password_line AS_ADMIN_ALIASPASSWORD "$(secret "$name")" > "$work/alias/$name"
done
printf 'create-system-properties auth.installation=%s:auth.services.port=%s\n' \
  "${installation//:/\\:}" "$services_port" > "$work/places.asadmin"
names=(hardening operations https threads logging settings postgresql)
if [[ -r $installation/tls/services.p12 ]]; then
  names+=(mtls)
fi
files=("$work/secrets.asadmin" "$work/places.asadmin")
cp "$kit/secrets.asadmin" "$work"
for name in "${names[@]}"; do
  cp "$kit/$name.asadmin" "$work"
  files+=("$work/$name.asadmin")
done
if ((version > 6)); then
  sed -i '/xpowered-by/d' "${files[@]}" # it has no such header any more
fi
cd "$work" # secrets.asadmin names its files from here
say "Configuring it: $(printf '%s ' "${files[@]##*/}")"
apply "${files[@]}"
rm -r "$work/alias"

say "Restarting it"
asadmin restart-domain "$DOMAIN" > "$work/output" 2>&1 || { cat "$work/output" >&2 && die "the domain did not start again"; }
say "Deploying the WAR"
cp "$war" "$installation/war/current.war"
if ! deploy "$installation/war/current.war"; then
  reason=$(why 0)
  die "the application did not start. ${reason:-$(log) may say why}"
fi

# The first account has its password now; the domain need not know it
printf '%s\n' 'delete-config-property --source domain --propertyName auth.bootstrap.password' \
  'delete-password-alias auth-first-account' > "$work/first-account.asadmin"
apply "$work/first-account.asadmin"

say "Smoke tests"
if [[ -r $kit/secrets/first-account ]]; then
  "$kit/smoke.sh" "$installation" "$kit/secrets/first-account"
else
  "$kit/smoke.sh" "$installation" "$installation/secrets/first-account"
fi

say "Installed: https on port $https_port, administration on http://localhost:$admin_port"
for name in admin.password key-passphrase first-account; do
  if [[ -f $installation/secrets/$name ]]; then
    say "Keep $installation/secrets/$name"
  fi
done
