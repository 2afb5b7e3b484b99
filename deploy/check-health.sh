#!/usr/bin/env bash
# usage: check-health.sh [COUNT]
#
# Prints a table of the nodes of this machine: name, address, leaders, replicas, health. The status is 0 only if all
# COUNT nodes (default: all that have a directory) are ready and every vnode is led and has its replicas.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -le 1 ]] || usage 'too many arguments'
[[ ${1:-} != -* ]] || usage
need_dotnet
mapfile -t numbers < <(node_numbers)
if [[ $# -eq 1 ]]; then
    need_count "$1"
    mapfile -t numbers < <(seq 1 "$1")
fi
[[ ${#numbers[@]} -gt 0 ]] || fail "there is no cluster in $data: create-cluster.sh makes one"

nodes=()
for i in "${numbers[@]}"; do
    nodes+=("node$i=$(rest_url "$i")")
done
demo health "${nodes[@]}"
