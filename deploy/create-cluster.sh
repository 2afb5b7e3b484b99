#!/usr/bin/env bash
# usage: create-cluster.sh COUNT [--postgres CONNECTION_STRING] [--no-build]
#
# Builds the node, makes data/node1 to data/nodeCOUNT and starts the nodes on this machine, each under supervise.sh:
# REST on ports 8001 and up, silos on 11111 and up, gateways on 30001 and up, all on loopback. Waits until the cluster
# is formed and every vnode has its replicas. What is there already is started again as it was.
#
# Members and plan are in SQLite (data/cluster.db), or in a PostgreSQL database: --postgres, or the variable
# TIME_MACHINE_POSTGRES, which other users of the machine do not see. TIME_MACHINE_DATA names another directory than
# data.

set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

count=
postgres=${TIME_MACHINE_POSTGRES:-}
must_build=yes
while [[ $# -gt 0 ]]; do
    case $1 in
        --postgres)
            [[ $# -ge 2 && -n $2 ]] || usage '--postgres has no connection string'
            postgres=$2
            shift
            ;;
        --no-build) must_build= ;;
        -h | --help) usage ;;
        -*) usage "$1 is not known" ;;
        *)
            [[ -z $count ]] || usage "'$1' is one argument too many"
            count=$1
            ;;
    esac
    shift
done
[[ -n $count ]] || usage 'the number of nodes is missing'
need_count "$count"
need_dotnet

there=$(node_numbers | wc -l)
if [[ -f $data/cluster.json && $there -gt 0 && $there -ne $count ]]; then
    fail "$data holds a cluster of $there nodes: start it with $there, or use add-node.sh or remove-node.sh"
fi

write_config() {
    local provider=sqlite connection="Data Source=$data/cluster.db"
    if [[ -n $postgres ]]; then
        provider=postgresql connection=$postgres
    fi
    # Webhooks to this machine itself are allowed: this is where the recipients of a first try are.
    (
        umask 077
        cat > "$data/cluster.json" << JSON
{
  "TimeMachine": {
    "Cluster": { "Id": "time-machine" },
    "Sql": { "Provider": "$provider", "ConnectionString": $(json_text "$connection") },
    "Webhooks": { "AllowLoopback": true }
  }
}
JSON
    )
}

if [[ -f $data/cluster.json && -n $postgres && $(< "$data/cluster.json") != *"$(json_text "$postgres")"* ]]; then
    fail "$data/cluster.json has another database: change the connection string in it, or remove $data"
fi
[[ -z $must_build && -f $silo_dll && -f $demo_dll ]] || build
mkdir -p "$data"
[[ -f $data/cluster.json ]] || write_config

mapfile -t numbers < <(seq 1 "$count")
if [[ $there -gt 0 ]]; then
    mapfile -t numbers < <(node_numbers)
fi
for i in "${numbers[@]}"; do
    start_node "$i"
done
wait_ready "${numbers[@]}"
wait_whole "${numbers[@]}"

echo "$count nodes are ready:"
for i in "${numbers[@]}"; do
    echo "  node$i  $(rest_url "$i")  log $data/node$i/node.log"
done
echo "Swagger: $(rest_url "${numbers[0]}")/swagger"
