#!/usr/bin/env bash
# usage: add-node.sh
#
# Starts one more node on this machine, takes it into the plan (POST /cluster/join) and waits until it has its share.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -eq 0 ]] || usage 'too many arguments'
need_dotnet
mapfile -t numbers < <(node_numbers)
[[ ${#numbers[@]} -gt 0 ]] || fail "there is no cluster in $data: create-cluster.sh makes one"
next=$((numbers[-1] + 1))
[[ $next -le $nodes_max ]] || fail "node$nodes_max is the last one that the ports are made for"
[[ $(http_status "$(rest_port "${numbers[0]}")" /readyz) == 200 ]] || fail "node${numbers[0]} is not ready"

start_node "$next" --Node:JoinsByItself=false
wait_for_status "$next" /livez
demo join "$(rest_url "${numbers[0]}")" "node$next"
echo "node$next has its share: $(rest_url "$next")"
