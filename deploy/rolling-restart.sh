#!/usr/bin/env bash
# usage: rolling-restart.sh
#
# Restarts the nodes of this machine one after the other: each hands over what it leads and stops, starts again, and the
# next one follows when it is ready and every vnode has its replicas. Whatever build is in artifacts is what starts.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -eq 0 ]] || usage 'too many arguments'
need_dotnet
mapfile -t numbers < <(node_numbers)
[[ ${#numbers[@]} -gt 0 ]] || fail "there is no cluster in $data: create-cluster.sh makes one"
for i in "${numbers[@]}"; do
    stop_nodes "$i"
    start_node "$i"
    wait_ready "$i"
    wait_whole "${numbers[@]}"
    echo "node$i is back"
done
