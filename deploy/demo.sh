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
    there=${#numbers[@]}
    "$root/deploy/create-cluster.sh" "$((there > 0 ? there : 3))"
fi
[[ -f $demo_dll ]] || build
demo demo --url "$(rest_url "$first")" "$@"
