#!/usr/bin/env bash
# jmx.sh FOLDER [OPERATION [ARGUMENT]]: calls an operation of the service's MBean as the domain's administrator; without an
# operation it tells which there are.
set -euo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=functions.sh
. "$kit/functions.sh"

(($# >= 1 && $# <= 3)) || { sed -n '2,3s/^# //p' "$0" >&2 && exit 2; }
read_installation "$1"
shift
sed -n 's/^AS_ADMIN_PASSWORD=//p' "$installation/secrets/admin.password" |
  "$java/bin/java" "$kit/Jmx.java" "$jmx_port" "$@"
