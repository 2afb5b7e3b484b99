#!/usr/bin/env bash
# usage: demo.sh [--jobs COUNT] [--within-seconds SECONDS]
#
# Shows jobs that come on time: starts a cluster of three nodes if none runs, a small recipient and a route to it, posts
# 1,000 jobs that are due within 10 s, and counts what comes. The status is 0 only if every job came exactly once and
# none early.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in -h | --help) usage ;; esac
need_dotnet
mapfile -t numbers < <(node_numbers)
first=${numbers[0]:-1}
if [[ $(http_status "$(rest_port "$first")" /readyz) != 200 ]]; then
    "$root/deploy/create-cluster.sh" "$((${#numbers[@]} > 0 ? ${#numbers[@]} : 3))"
fi
demo demo --url "$(rest_url "$first")" "$@"
echo 'deploy/check-health.sh shows the nodes, deploy/stop-cluster.sh stops them'
