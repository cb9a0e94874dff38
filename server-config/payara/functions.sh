# What the scripts share; sourced, not run.
# shellcheck shell=bash

APPLICATION=amplihack-auth
DOMAIN=amplihack

# of one installation: install.sh sets them, read_installation reads them
# shellcheck disable=SC2034 # not every script needs all of them
installation='' payara='' java='' owner='' https_port='' services_port='' admin_port='' operations_port='' jmx_port=''

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

# Says who else may change the file or folder $1, its folder, or for root a folder above, and fails: only root and whoever runs
# this may. In a folder with the sticky bit nobody moves what is not theirs.
mine() {
  local there user mode
  there=$(realpath "$1")
  while true; do
    read -r user mode < <(stat -c '%u %a' "$there")
    if [[ $user -ne 0 && $user -ne $EUID ]]; then
      printf '%s' "$there belongs to $(id -nu "$user" 2> /dev/null || echo "$user"), who could lead $(id -un) astray by it"
      return 1
    elif ((8#$mode & 8#022)) && { [[ -f $there ]] || ((!(8#$mode & 8#1000))); }; then
      printf '%s' "$there may be written by others, who could lead $(id -un) astray by it"
      return 1
    elif [[ $there == / || ($EUID -ne 0 && -d $there) ]]; then
      return 0
    fi
    there=$(dirname "$there")
  done
}

# Reads what install.sh noted of the installation in the folder $1: it is run, so that it must be nobody else's.
# shellcheck source=/dev/null
read_installation() {
  local folder said
  [[ -f $1/installation.conf ]] || die "$1 holds no installation made by install.sh"
  folder=$(realpath "$1")
  [[ ! -L $folder/installation.conf ]] || die "$folder/installation.conf is a link: it is not read"
  [[ -r $folder/installation.conf ]] || die "$folder/installation.conf cannot be read: run this as the user who installed it"
  said=$(mine "$folder/installation.conf") || die "$said: look into $folder/installation.conf, then give both to $(id -un) alone"
  . "$folder/installation.conf"
}

# Whether root runs this for another user, whom the installation belongs to.
for_another() {
  [[ $EUID -eq 0 && -n $owner && $owner != root ]]
}

# Gives the files $@ to the owner of the server. They stand in folders that are root's, who could be led astray elsewhere.
own() {
  if for_another; then
    chown "$owner" "$@"
  fi
}

# Runs a command as the owner of the server: whatever root would do in Payara's folder, which is the owner's. It has no
# terminal, into which it could type for root.
as_owner() {
  if for_another; then
    setsid --wait runuser -u "$owner" -- "$@"
  else
    "$@"
  fi
}

# Runs asadmin as the domain's administrator, and as the owner of the server. The environment is empty but for the
# least: whatever AUTH_…, JWT_… or REDIS_… stands in it would win over the domain's settings in a server that is started here.
asadmin() {
  as_owner env -i PATH="$PATH" HOME="$payara" LANG="${LANG:-C}" TERM=dumb AS_JAVA="$java" \
    "$payara/bin/asadmin" --user admin --passwordfile "$installation/secrets/admin.password" \
    --port "$admin_port" --interactive=false "$@"
}

# Runs the files of asadmin commands $@; every command must succeed. Multimode itself goes on after one that failed, and
# its exit code is that of the last.
apply() {
  local commands succeeded output file
  commands=$(cat "$@" | grep -cvE '^[[:space:]]*(#|$)')
  file=$(mktemp "$installation/commands.XXXXXX")
  cat "$@" > "$file"
  own "$file"
  output=$(asadmin multimode --printprompt=false --file "$file" 2>&1) || true
  rm "$file"
  succeeded=$(grep -cE '^Command .+ executed successfully\.$' <<< "$output" || true)
  if ((succeeded != commands + 1)); then # one is multimode's own
    grep -vE '^Command .+ executed successfully\.$|^Unable to retrieve infocmp' <<< "$output" >&2 || true
    die "of $commands commands not all succeeded, see above"
  fi
}

# Waits until the application says that it is ready, or fails after $1 seconds. Payara alone may say so without it.
ready() {
  local i
  for ((i = 0; i < $1; i++)); do
    if curl -sf -m 5 "http://localhost:$operations_port/health/ready" | grep '"name":"keys"' > /dev/null; then
      return 0
    fi
    sleep 1
  done
  return 1
}

# The version that answers, as Payara names it: amplihack-auth, or amplihack-auth:VERSION; nothing if none does.
enabled_version() {
  asadmin list-applications --long 2> /dev/null | awk -v name="$APPLICATION" '$1 ~ "^" name "(:|$)" && $NF == "enabled" {print $1}' | head -n 1
}

# Lets the version $1, which is deployed, answer in the place of the one that does; fails when it does not start.
switch_to() {
  local output
  output=$(asadmin enable "$1" 2>&1) && grep -q '^Command enable executed successfully\.$' <<< "$output" && ready 60
}

# Puts the WAR $1 into the place of the one that runs; fails when it does not start. A failed deployment takes the
# application away, the old one too.
deploy() {
  local output
  if ! output=$(asadmin deploy --force=true --name "$APPLICATION" --contextroot / --virtualservers server "$1" 2>&1) \
    || ! grep -q '^Command deploy executed successfully\.$' <<< "$output"; then
    printf '%s\n' "$output" >&2
    return 1
  fi
  ready 60
}

# The sentence with which the application said, behind the first $1 bytes of the log, that it cannot start, or waits.
why() {
  tail -c "+$(($1 + 1))" "$(log)" | grep -oE '(Amplihack Auth cannot start|Waiting, and answering 503 meanwhile): [^"\\]*' | tail -n 1 || true
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

# A unit of systemd for the installation: the server in the foreground, which asadmin starts again after restart-domain.
systemd_unit() {
  local home
  home=$(asadmin get-config-property --source domain --propertyName auth.home 2> /dev/null | head -n 1)
  cat << END
[Unit]
Description=Amplihack Auth
Wants=network-online.target
After=network-online.target postgresql.service redis.service

[Service]
User=$owner
ExecStart=$payara/bin/asadmin --user admin --passwordfile $installation/secrets/admin.password start-domain --watchdog $DOMAIN
Environment=HOME=$payara
Restart=on-failure
RestartSec=5
SuccessExitStatus=143
TimeoutStopSec=60
UMask=0077
LimitNOFILE=65536
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=$payara $home

[Install]
WantedBy=multi-user.target
END
}
