# What the scripts share; sourced, not run.
# shellcheck shell=bash

APPLICATION=amplihack-auth
DOMAIN=amplihack

# of one installation: install.sh sets them, read_installation reads them
# shellcheck disable=SC2034 # not every script needs all of them
installation='' payara='' java='' https_port='' services_port='' admin_port='' operations_port='' jmx_port=''

say() {
  printf '%s %s\n' "$(date +%H:%M:%S)" "$*"
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" > /dev/null || die "$tool is needed and not there"
  done
}

# Reads what install.sh noted of the installation in the folder $1.
# shellcheck source=/dev/null
read_installation() {
  [[ -f $1/installation.conf ]] || die "$1 holds no installation made by install.sh"
  . "$1/installation.conf"
}

# Runs asadmin as the domain's administrator. The environment is empty but for the least: whatever AUTH_…, JWT_… or
# REDIS_… stands in it would win over the domain's settings in a server that is started here.
asadmin() {
  env -i PATH="$PATH" HOME="$HOME" LANG="${LANG:-C}" TERM=dumb AS_JAVA="$java" \
    "$payara/bin/asadmin" --user admin --passwordfile "$installation/secrets/admin.password" \
    --port "$admin_port" --interactive=false "$@"
}

# Runs the files of asadmin commands $@; every command must succeed. Multimode itself goes on after one that failed, and
# its exit code is that of the last.
apply() {
  local commands succeeded output
  commands=$(cat "$@" | grep -cvE '^[[:space:]]*(#|$)')
  output=$(cat "$@" | asadmin multimode --printprompt=false --file /dev/stdin 2>&1) || true
  succeeded=$(grep -cE '^Command .+ executed successfully\.$' <<< "$output" || true)
  if ((succeeded != commands + 1)); then # one is multimode's own
    grep -vE '^Command .+ executed successfully\.$|^Unable to retrieve infocmp' <<< "$output" >&2 || true
    die "of $commands commands not all succeeded, see above"
  fi
}

# Waits until the application says that it is ready, or fails after $1 seconds.
ready() {
  local i
  for ((i = 0; i < $1; i++)); do
    if curl -sf -m 5 -o /dev/null "http://localhost:$operations_port/health/ready"; then
      return 0
    fi
    sleep 1
  done
  return 1
}

# Puts the WAR $1 into the place of the one that runs; fails when it does not start. A failed deployment takes the
# application away, the old one too.
deploy() {
  local output
  output=$(asadmin deploy --force=true --name "$APPLICATION" --contextroot / --virtualservers server "$1" 2>&1) \
    && grep -q '^Command deploy executed successfully\.$' <<< "$output" \
    && ready 60
}

# The sentence with which the application said, behind the first $1 bytes of the log, that it cannot start.
why() {
  tail -c "+$(($1 + 1))" "$(log)" | grep -o 'Amplihack Auth cannot start: [^"\\]*' | head -n 1 || true
}

# keytool on a store of the installation, whose password is in $work/tls
# shellcheck disable=SC2154 # $work and $kit are the script's
store() {
  "$java/bin/keytool" -J-Duser.language=en "$@" -storetype PKCS12 -storepass:file "$work/tls"
}

# Copies the key in tls/server.p12 beside the scripts into the new store $1, under the name that the domain looks for.
# shellcheck disable=SC2154
import_certificate() {
  local name
  "$java/bin/keytool" -J-Duser.language=en -importkeystore -noprompt \
    -srckeystore "$kit/tls/server.p12" -srcstorepass:file "$kit/secrets/tls" \
    -destkeystore "$1" -deststoretype PKCS12 -deststorepass:file "$work/tls" \
    > "$work/keytool" 2>&1 || { cat "$work/keytool" >&2 && die "tls/server.p12 cannot be read with the password in secrets/tls"; }
  name=$(store -list -keystore "$1" | sed -n 's/, [^,]*, [^,]*, *PrivateKeyEntry.*//p; s/, [^,]*, *PrivateKeyEntry.*//p')
  [[ -n $name && $name != *$'\n'* ]] || die "tls/server.p12 must hold one key, its names are '$name'"
  if [[ $name != server ]]; then
    store -changealias -keystore "$1" -alias "$name" -destalias server > /dev/null
  fi
}

log() {
  printf '%s' "$payara/glassfish/domains/$DOMAIN/logs/server.log"
}
