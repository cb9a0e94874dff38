#!/usr/bin/env bash
# Makes a production domain of Payara Server from nothing, with the service in it, and tries it (README.md). Looks at
# everything first; whatever fails later, nothing stays running, and a second run goes on.
set -euo pipefail
umask 077
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"

usage() {
  cat << 'END'
install.sh FOLDER [options]: installs Payara Server with Amplihack Auth into a folder, or goes on where it failed.

Beside this script are expected: the .asadmin files (edit settings.asadmin and postgresql.asadmin),
secrets/database, secrets/redis, tls/server.p12 and secrets/tls; README.md says more.

  --check           only looks whether all is there, within seconds; makes and changes nothing
  --user NAME       for root: the user that the server runs as, made if it is missing
  --war FILE        the application (amplihack-auth.war beside this script); FILE-recovery.jar and
                    FILE-readiness.war belong to it
  --portbase N      ports N+81 HTTPS, N+82 services, and on loopback N+48 administration, N+80 operations, N+86 JMX;
                    without it 8443, 8444, 4848, 8080, 8686
  --payara 6|7      Payara Server 7.2025.1 (the default), which needs JDK 21 or later, or 6.2025.10
  --self-signed     makes a certificate for localhost where tls/server.p12 is missing: for a trial

JAVA_HOME says which JDK runs the server. PAYARA_ZIP names a ZIP of Payara Server that is here already, of any
version; otherwise Maven fetches it from Maven Central.
END
}

folder='' war="$kit/amplihack-auth.war" portbase='' major=7 self_signed=no check=no
while (($# > 0)); do
  case $1 in
    --check) check=yes && shift ;;
    --user) owner=${2:?"--user needs a name"} && shift 2 ;;
    --war) war=${2:?"--war needs a file"} && shift 2 ;;
    --portbase) portbase=${2:?"--portbase needs a number"} && shift 2 ;;
    --payara) major=${2:?"--payara needs 6 or 7"} && shift 2 ;;
    --self-signed) self_signed=yes && shift ;;
    --help | -h) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) [[ -z $folder ]] || die "one folder, not $folder and $1" && folder=$1 && shift ;;
  esac
done
[[ -n $folder ]] || { usage >&2 && exit 2; }
installation=$(realpath -m "$folder")

# --- looks at everything; makes nothing

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wrong=0
good() { printf '  ok       %s\n' "$*"; }
warn() { printf '  warning  %s\n' "$*"; }
no() { printf '  NO       %s\n' "$*" && wrong=$((wrong + 1)); }

look_at_tools() {
  local tool missing=()
  for tool in curl openssl awk sed; do
    command -v "$tool" > /dev/null || missing+=("$tool")
  done
  if ((${#missing[@]} > 0)); then no "these programs are missing: ${missing[*]}"; fi
}

look_at_folder() {
  local said there=$installation
  while [[ ! -e $there ]]; do there=$(dirname "$there"); done
  if [[ $EUID -eq 0 ]]; then
    if [[ -z $owner ]]; then
      no "you are root, and the server must not be: say --user amplihack (made if it is missing), or run this as that user"
    elif [[ $owner != root ]] && ! command -v runuser > /dev/null; then
      no "--user needs the program runuser: run this as $owner"
    fi
  elif [[ -n $owner && $owner != "$(id -un)" ]]; then
    no "--user $owner is for root: you are $(id -un)"
  elif [[ ! -w $there ]]; then
    no "$installation cannot be made in $there: as root, install -d -m 0700 -o $(id -un) $installation"
  fi
  owner=${owner:-$(id -un)}
  if [[ $EUID -eq 0 || -e $installation ]] && ! said=$(mine "$there"); then no "$said"; fi
  if [[ -e $installation/unfinished ]]; then
    good "folder: $installation, which an earlier run left unfinished; this one goes on"
  elif [[ -e $installation && -n $(ls -A "$installation" 2> /dev/null || echo file) ]]; then
    no "$installation is not empty. deploy.sh brings a new WAR into an installation, asadmin changes its settings; to begin anew stop its domain and remove the folder"
  else
    good "folder: $installation, of $owner"
  fi
  local free
  free=$(df -Pm "$there" | awk 'NR == 2 {print $4}')
  if ((free < 1500)); then no "space: $free MB free in $there, 1500 are needed"; else good "space: $free MB free"; fi
}

look_at_memory() {
  local total available
  total=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)
  available=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
  if ((total < 1500)); then
    no "memory: $total MB in all; the server needs 1500 (heap 512, code and threads 400, password hashes 64 each)"
  elif ((available < 1200)); then
    warn "memory: $available MB of $total free, the server needs 1200"
  else
    good "memory: $available MB of $total free"
  fi
}

look_at_payara() {
  local sum known='' least=17
  if [[ -n ${PAYARA_ZIP:-} ]]; then
    if [[ ! -r $PAYARA_ZIP ]]; then no "PAYARA_ZIP: $PAYARA_ZIP cannot be read" && return; fi
    zip=$(realpath "$PAYARA_ZIP")
    (cd "$scratch" && "$java/bin/jar" xf "$zip" {payara6,payara7,payara8}/glassfish/config/branding/glassfish-version.properties) 2> /dev/null || true
    artifact=$({ cat "$scratch"/payara*/glassfish/config/branding/glassfish-version.properties 2> /dev/null || true; } \
      | awk -F= '/^(major|minor|update)_version=/ {v = v (v == "" ? "" : ".") $2} END {print v}')
    if [[ -z $artifact ]]; then no "PAYARA_ZIP: $PAYARA_ZIP is no Payara Server 6 or later" && return; fi
    major=${artifact%%.*}
  else
    command -v mvn > /dev/null || no "Maven is missing: it fetches Payara; or PAYARA_ZIP names a ZIP that is here"
  fi
  case $major in
    6) artifact=${artifact:-6.2025.10} ;;
    7) artifact=${artifact:-7.2025.1} ;;
    *) if [[ -z ${PAYARA_ZIP:-} ]]; then no "--payara must be 6 or 7, was '$major'" && return; fi ;;
  esac
  case $artifact in
    6.2025.10) known=7478dd3870fde4f54e87675e4482950baa2c06bd1b6ba567e22676534fb3bbb6 ;;
    7.2025.1) known=ce585cac73b6937f35b3c8ece296e3fc19cbbc94bfe8548900343c6879a08a58 ;;
  esac
  sha256=$known
  good "Payara Server $artifact"
  if [[ -n ${PAYARA_ZIP:-} ]]; then
    sum=$(openssl dgst -sha256 "$PAYARA_ZIP" | awk '{print $NF}')
    if [[ -z $known ]]; then
      warn "tested are 6.2025.10 and 7.2025.1. Compare the SHA-256 of $PAYARA_ZIP with its publisher's: $sum"
    elif [[ $sum != "$known" ]]; then
      no "$PAYARA_ZIP is not Payara Server $artifact as it was released"
    fi
  fi
  if [[ $(printf '%s\n' "$artifact" 7.2026.1 | sort -V | head -n 1) == "$artifact" && $artifact != 7.2026.1 ]]; then
    warn "Payara Server $artifact has the published weakness CVE-2025-14340 (REST management); SECURITY.md says what this domain does against it"
  fi
  if [[ $(printf '%s\n' "$artifact" 7.2026.11 | sort -V | head -n 1) == "$artifact" && $artifact != 7.2026.11 ]]; then
    warn "Payara Server 7.2026.11 mends weaknesses of administration, console and JMX that $artifact has; see SECURITY.md"
  fi
  ((major == 6)) || least=21
  local is
  is=$("$java/bin/java" -XshowSettings:properties -version 2>&1 | awk '/java.specification.version =/ {print $3}')
  if ((is < least)); then no "Java: Payara Server $artifact needs JDK $least or later, $java is $is"; else good "Java: JDK $is in $java"; fi
}

look_at_ports() {
  if [[ -z $portbase ]]; then
    https_port=8443 services_port=8444 admin_port=4848 operations_port=8080 jmx_port=8686
    portbase=27000 # of what is switched off before it is used
  elif [[ $portbase =~ ^[0-9]+$ ]] && ((portbase >= 1024 && portbase <= 65400)); then
    https_port=$((portbase + 81)) services_port=$((portbase + 82))
    admin_port=$((portbase + 48)) operations_port=$((portbase + 80)) jmx_port=$((portbase + 86))
  else
    no "--portbase must be 1024 to 65400, was '$portbase'" && return
  fi
  local port taken=()
  for port in $https_port $services_port $admin_port $operations_port $jmx_port; do
    if (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then taken+=("$port"); fi
  done
  if ((${#taken[@]} > 0)); then
    no "these ports are taken: ${taken[*]}; --portbase chooses others"
  else
    good "ports: $https_port $services_port $admin_port $operations_port $jmx_port are free"
  fi
}

# The one line of the secret $1, from secrets/ beside this script
given() {
  local value
  value=$(cat "$kit/secrets/$1" 2> /dev/null) || { echo "secrets/$1 cannot be read" && return 1; }
  [[ -n $value && $value != *$'\n'* ]] || { echo "secrets/$1 must hold one line" && return 1; }
  [[ $value =~ ^[[:print:]]+$ && ! $value =~ [^\ -~] ]] \
    || { echo "secrets/$1 must be printable ASCII: asadmin reads nothing else" && return 1; }
  printf '%s' "$value"
}

look_at_secrets() {
  local secret said before=$wrong
  for secret in database redis; do
    [[ -e $kit/secrets/$secret ]] || no "secrets/$secret is missing: the password of the service's user there, in one line"
  done
  for secret in database redis admin master key-passphrase first-account; do
    if [[ -e $kit/secrets/$secret ]] && ! said=$(given "$secret"); then no "$said"; fi
  done
  ((wrong > before)) || good "secrets"
}

look_at_certificate() {
  local keys
  if [[ ! -r $kit/tls/server.p12 ]]; then
    if [[ $self_signed == yes ]]; then
      warn "certificate: one for localhost will be made, that nobody trusts"
    else
      no "tls/server.p12 is missing: the certificate with its key, as PKCS12; for a trial --self-signed makes one"
    fi
    return
  elif [[ ! -r $kit/secrets/tls ]]; then
    no "secrets/tls is missing: the password of tls/server.p12" && return
  fi
  if ! "$java/bin/keytool" -J-Duser.language=en -list -v -keystore "$kit/tls/server.p12" -storepass:file "$kit/secrets/tls" > "$scratch/keys" 2>&1; then
    no "tls/server.p12 cannot be read with the password in secrets/tls" && return
  fi
  keys=$(grep -c '^Entry type: PrivateKeyEntry' "$scratch/keys" || true)
  if ((keys != 1)); then no "tls/server.p12 must hold one key, it holds $keys" && return; fi
  "$java/bin/keytool" -list -rfc -keystore "$kit/tls/server.p12" -storepass:file "$kit/secrets/tls" 2> /dev/null \
    | awk '/BEGIN CERTIFICATE/ {n++} n == 1' | openssl x509 -out "$scratch/server.pem" 2> /dev/null || true
  if ! openssl x509 -in "$scratch/server.pem" -noout -checkend 0 > /dev/null; then
    no "certificate: it has expired, $(openssl x509 -in "$scratch/server.pem" -noout -enddate)"
  elif ! openssl x509 -in "$scratch/server.pem" -noout -checkend 1209600 > /dev/null; then
    warn "certificate: it expires soon, $(openssl x509 -in "$scratch/server.pem" -noout -enddate)"
  else
    good "certificate: $(openssl x509 -in "$scratch/server.pem" -noout -enddate)"
  fi
}

# Settings, Redis, database and auth.home, by the service's own rules
look_at_service() {
  local line jar="${war%.war}-recovery.jar"
  if [[ ! -r $war ]]; then no "no WAR at $war: mvn -DskipTests package makes target/amplihack-auth.war" && return; fi
  if [[ ! -r ${war%.war}-readiness.war ]]; then no "no ${war%.war}-readiness.war, which mvn package makes beside the WAR: without it a server without the service would be ready"; fi
  if [[ ! -r $jar ]]; then no "no $jar, which mvn package makes beside the WAR: it looks at Redis and the database" && return; fi
  while IFS= read -r line; do
    case $line in
      ok\ *) good "${line#ok }" ;;
      warning\ *) warn "${line#warning }" ;;
      *) no "${line#no }" ;;
    esac
  done < <(env -i PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 timeout 60 "$java/bin/java" -XX:TieredStopAtLevel=1 -cp "$jar" \
    com.amplihack.auth.tools.check.InstallationCheck "$owner" "$kit/secrets:$installation/secrets" \
    "$kit/secrets.asadmin" "$kit/live-settings.asadmin" "$kit/settings.asadmin" "$kit/postgresql.asadmin" 2>&1)
}

say "Looking at what is needed"
artifact='' zip='' sha256=''
java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")}
[[ -x $java/bin/java && -x $java/bin/keytool && -x $java/bin/jar ]] || die "JAVA_HOME names no JDK: '$java'"
look_at_tools
look_at_folder
look_at_memory
look_at_payara
look_at_ports
look_at_secrets
look_at_certificate
look_at_service
((wrong == 0)) || die "$wrong of these must be put right; nothing was made or changed"
if [[ $check == yes ]]; then
  say "All is there. Without --check this installs"
  exit 0
fi

# --- from here on there is something to look at when it fails

payara="$installation/payara$major" work="$installation/work"
domain="$payara/glassfish/domains/$DOMAIN"
steps=7 number=0 begun=$SECONDS
step() {
  ((number == 0)) || say "      done in $((SECONDS - begun)) s"
  number=$((number + 1)) begun=$SECONDS
  say "[$number/$steps] $1"
}

stop_server() {
  local process i
  process=$(cat "$domain/config/pid" 2> /dev/null || pgrep -f -- "-Dcom.sun.aas.instanceRoot=$domain( |\$)" || true)
  if [[ -z $process ]] || ! tr '\0' '\n' < "/proc/$process/cmdline" 2> /dev/null | grep -qF "$domain"; then return 0; fi
  say "Stopping the server that was started"
  as_owner kill "$process"
  for ((i = 0; i < 60; i++)); do
    kill -0 "$process" 2> /dev/null || return 0
    sleep 0.5
  done
  as_owner kill -9 "$process"
}

finish() {
  local code=$?
  trap - EXIT INT TERM
  cd /
  rm -rf "$scratch"
  if ((code != 0)); then
    stop_server
    as_owner cat "$(log)" 2> /dev/null > "$installation/failed.log" || rm -f "$installation/failed.log"
    as_owner rm -rf "$domain" || true
    rm -rf "$installation"/{tls,commands.*}
    printf '%s\n' "Not installed, nothing runs. $installation/failed.log is the server's log. When the reason is gone, run the same again: what was unpacked and the secrets are kept." >&2
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! id "$owner" > /dev/null 2>&1; then
  say "Making the user $owner"
  useradd --system --home-dir "$payara" --no-create-home --shell /usr/sbin/nologin "$owner"
fi
mkdir -p "$installation"
touch "$installation/unfinished"
rm -rf "$work" "$installation/tls" "$installation/failed.log"
mkdir -p "$installation"/{secrets,tls,war} "$work/alias"
if for_another; then # everything is root's but Payara's folder and the files that the server reads
  chmod 0755 "$installation" "$installation"/{secrets,tls,war} "$work"
fi
as_owner rm -rf "$domain"
for name in installation payara java owner https_port services_port admin_port operations_port jmx_port; do
  printf '%s=%q\n' "$name" "${!name}"
done > "$installation/installation.conf"
home=$(sed -n 's/.*--propertyName auth\.home --propertyValue "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$kit/settings.asadmin" | tail -n 1)
if [[ $EUID -eq 0 && -n $home && ! -e $home ]]; then
  mkdir -p "$(dirname "$home")"
  install -d -m 0700 -o "$owner" "$home"
fi

step "Unpacking Payara Server $artifact (20 s)"
if [[ $(cat "$payara/installed" 2> /dev/null || true) == "$artifact" ]]; then
  say "      it is there"
else
  rm -rf "$payara"
  if [[ -z $zip ]]; then
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
      -Dartifact="fish.payara.distributions:payara:$artifact:zip" -DoutputDirectory="$work"
    zip="$work/payara-$artifact.zip"
    [[ $(openssl dgst -sha256 "$zip" | awk '{print $NF}') == "$sha256" ]] || die "what Maven fetched is not Payara Server $artifact as it was released"
  fi
  (cd "$work" && "$java/bin/jar" xf "$zip")
  fresh="$work/payara$major"
  chmod u+x "$fresh"/bin/asadmin "$fresh"/glassfish/bin/*
  rm -r "$fresh/glassfish/domains/domain1"
  printf 'AS_JAVA="%s"\n' "$java" >> "$fresh/glassfish/config/asenv.conf"
  printf '%s\n' "$artifact" > "$fresh/installed"
  own -R "$fresh"
  mv "$fresh" "$payara"
fi

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
own "$installation/secrets/admin.password"

step "Keys and authorities of TLS (5 s)"
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

own "$installation"/tls/*

# Runs an asadmin command whose output is shown only when it fails, with the sentence $1.
or_die() {
  local sentence=$1
  shift
  asadmin "$@" > "$work/output" 2>&1 || { cat "$work/output" >&2 && die "$sentence"; }
}

step "Making the domain and starting it, on loopback alone (30 s)"
or_die "the domain could not be made" create-domain --adminport "$admin_port" --instanceport "$operations_port" --domainproperties \
  "http.ssl.port=$https_port:domain.jmxPort=$jmx_port:jms.port=$((portbase + 76)):orb.listener.port=$((portbase + 37)):orb.ssl.port=$((portbase + 38)):orb.mutualauth.port=$((portbase + 39)):osgi.shell.telnet.port=$((portbase + 66)):java.debugger.port=$((portbase + 9)):hazelcast.das.port=$((portbase + 49)):hazelcast.start.port=$((portbase + 59))" \
  "$DOMAIN"
# before its first start: nothing listens beyond this machine, Hazelcast and messaging (which has no address) not at all,
# and / is no page of Payara's
as_owner sed -i -E 's/address="0\.0\.0\.0"/address="127.0.0.1"/; s/(<network-listener )(port=)/\1address="127.0.0.1" \2/
  s/<hazelcast-config-specific-configuration/& enabled="false"/' "$domain/config/domain.xml"
as_owner sed -i '0,/<hazelcast-config-specific-configuration/s//<jms-service type="DISABLED" default-jms-host="default_JMS_host"><jms-host name="default_JMS_host" host="localhost" port="${JMS_PROVIDER_PORT}" \/><\/jms-service>&/' "$domain/config/domain.xml"
as_owner rm -rf "$domain"/docroot/*
# Where no application is deployed, Unavailable.java answers the server's errors. An application that has /error itself, as
# ours, keeps it.
mkdir "$work/classes"
"$java/bin/javac" --release 17 -proc:none -cp "$payara/glassfish/modules/jakarta.servlet-api.jar" -d "$work/classes" "$kit/Unavailable.java"
as_owner mkdir -p "$domain/lib/classes"
as_owner tee "$domain/lib/classes/Unavailable.class" < "$work/classes/Unavailable.class" > /dev/null
{
  sed '/<\/web-app>/,$d' "$domain/config/default-web.xml"
  printf '  <servlet><servlet-name>unavailable</servlet-name><servlet-class>Unavailable</servlet-class></servlet>\n'
  printf '  <servlet-mapping><servlet-name>unavailable</servlet-name><url-pattern>/error</url-pattern></servlet-mapping>\n'
  printf '  <error-page><error-code>%s</error-code><location>/error</location></error-page>\n' 400 403 404 405 500 501
  printf '</web-app>\n'
} > "$work/default-web.xml"
as_owner tee "$domain/config/default-web.xml" < "$work/default-web.xml" > /dev/null
# JSON from the first line on. The launcher appends the JVM's command line to the same file, in a form of its own; its library
# makes launcher0 of launcher%u, the server takes the name as it stands, so that each finds a file of its own.
logs="$domain/logs"
as_owner mkdir -p "$logs/launcher0"
as_owner ln -s . "$logs/launcher%u"
as_owner sed -i -e 's|^\(com.sun.enterprise.server.logging.GFFileHandler.file\)=.*|\1=${com.sun.aas.instanceRoot}/logs/launcher%u/server.log|' \
  -e 's|^\(com.sun.enterprise.server.logging.GFFileHandler.formatter\)=.*|\1=fish.payara.enterprise.server.logging.JSONLogFormatter|' \
  "$domain/config/logging.properties"
or_die "the domain did not start" start-domain "$DOMAIN"

for name in key-passphrase database redis first-account; do
  password_line AS_ADMIN_ALIASPASSWORD "$(secret "$name")" > "$work/alias/$name"
done
printf 'create-system-properties auth.installation=%s:auth.services.port=%s\n' \
  "${installation//:/\\:}" "$services_port" > "$work/places.asadmin"
# the files, in the order in which they are applied
names=(
  hardening
  operations
  https
  threads
  logging
  live-settings
  settings
  postgresql
)
if [[ -r $installation/tls/services.p12 ]]; then
  names+=(mtls)
fi
files=("$work/secrets.asadmin" "$work/places.asadmin")
cp "$kit/secrets.asadmin" "$work"
for name in "${names[@]}"; do
  cp "$kit/$name.asadmin" "$work"
  files+=("$work/$name.asadmin")
done
if ((major > 6)); then
  sed -i '/xpowered-by/d' "${files[@]}" # it has no such header any more
fi
step "Configuring it: $(printf '%s ' "${names[@]}")(30 s)"
own -R "$work/alias"
cd "$work" # secrets.asadmin names its files from here
apply "${files[@]}"
cd /
rm -r "$work/alias"

step "Opening HTTPS, by a restart (30 s)"
or_die "the domain did not stop" stop-domain "$DOMAIN"
as_owner sed -i -E '/<network-listener /{/ name="(http-listener-2|services)"/s/ address="[^"]*"/ address="0.0.0.0"/}' "$domain/config/domain.xml"
or_die "the domain did not start again" start-domain "$DOMAIN"

step "Deploying the WAR (40 s)"
# first what keeps /health/ready down while the service is not there, whatever else is
cp "${war%.war}-readiness.war" "$installation/war/readiness.war"
own "$installation/war/readiness.war"
or_die "the readiness check was not deployed" deploy --name "$APPLICATION-readiness" --contextroot /readiness \
  --virtualservers operations --deploymentorder 1 "$installation/war/readiness.war"
cp "$war" "$installation/war/current.war"
own "$installation/war/current.war"
if ! deploy "$installation/war/current.war"; then
  reason=$(why 0)
  die "the application did not start. ${reason:-$(log) may say why}"
fi
# The first account has its password now; the domain need not know it
printf '%s\n' 'delete-config-property --source domain --propertyName auth.bootstrap.password' \
  'delete-password-alias auth-first-account' > "$work/first-account.asadmin"
apply "$work/first-account.asadmin"

step "Smoke tests (10 s)"
if [[ -r $kit/secrets/first-account ]]; then
  "$kit/smoke.sh" "$installation" "$kit/secrets/first-account"
else
  "$kit/smoke.sh" "$installation" "$installation/secrets/first-account"
fi
systemd_unit > "$installation/amplihack-auth.service"
rm "$installation/unfinished"

say "Installed in $SECONDS s: https on port $https_port, administration on http://localhost:$admin_port"
say "To start it with the machine, as root: cp $installation/amplihack-auth.service /etc/systemd/system/ && systemctl enable amplihack-auth"
for name in admin.password key-passphrase first-account; do
  if [[ -f $installation/secrets/$name ]]; then
    say "Keep $installation/secrets/$name"
  fi
done
