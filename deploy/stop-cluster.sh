#!/usr/bin/env bash
# usage: stop-cluster.sh
#
# Stops the nodes of this machine, all at once, and waits for them. Their data stays: create-cluster.sh starts them again.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -eq 0 ]] || usage 'too many arguments'
mapfile -t numbers < <(node_numbers)
[[ ${#numbers[@]} -gt 0 ]] || fail "there is no cluster in $data"
stop_nodes "${numbers[@]}"
echo "${#numbers[@]} nodes are stopped"
