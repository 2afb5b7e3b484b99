#!/usr/bin/env bash
# usage: remove-node.sh NODE
#
# Takes a node of this machine, as node4, out of the plan (POST /cluster/remove), waits until its replicas are with the
# others, and stops it. Its directory is renamed, not removed. A node without which each vnode would have fewer replicas is
# not taken out: add another first.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -eq 1 ]] || usage 'one node is to be named'
need_node_name "$1"
need_dotnet
node=$1
[[ -d $data/$node ]] || fail "there is no $node in $data"
other=
for i in $(node_numbers); do
    if [[ node$i != "$node" && $(http_status "$(rest_port "$i")" /readyz) == 200 ]]; then
        other=$i
        break
    fi
done
[[ -n $other ]] || fail "no other node is ready: $node cannot give its replicas away"

demo remove "$(rest_url "$other")" "$node"
stop_nodes "${node#node}"
gone=$data/removed-$node-$(printf '%(%Y%m%d%H%M%S)T' -1)
mv "$data/$node" "$gone"
echo "$node is out of the cluster; its files are in $gone"
