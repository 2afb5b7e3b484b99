# Shared by the scripts in this folder; not run by itself.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${TIME_MACHINE_DATA:-$root/data}
[[ $data == /* ]] || data=$PWD/$data
base_rest=8001
base_silo=11111
base_gateway=30001
nodes_max=99
ready_seconds_max=120
silo_dll=$root/artifacts/bin/TimeMachine.Silo/release/TimeMachine.Silo.dll
demo_dll=$root/artifacts/bin/TimeMachine.Demo/release/TimeMachine.Demo.dll
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints how the script is called, which is the comment at its head, and ends with status 2.
usage() {
    [[ $# -eq 0 ]] || printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

need_dotnet() {
    command -v dotnet > /dev/null || fail 'dotnet is not found: install the .NET 10 SDK'
}

need_count() {
    [[ $1 =~ ^[1-9][0-9]?$ && $1 -le $nodes_max ]] || usage "'$1' is no number of nodes: allowed is 1 to $nodes_max"
}

need_node_name() {
    [[ $1 =~ ^node[1-9][0-9]?$ ]] || usage "'$1' is no node: allowed is node1 to node$nodes_max"
}

build() {
    local project
    for project in Silo deploy/Demo; do
        dotnet build -c Release "$root/$project" -v quiet --nologo -clp:NoSummary || fail "$project does not build"
    done
}

# The tool that speaks REST and JSON for the scripts.
demo() {
    [[ -f $demo_dll ]] || build
    dotnet "$demo_dll" "$@"
}

rest_port() { echo $((base_rest + $1 - 1)); }

rest_url() { echo "http://127.0.0.1:$(rest_port "$1")"; }

# The HTTP status of a GET on a port of this machine; 000 if nobody answers.
http_status() {
    local port=$1 path=$2 line=
    if command -v curl > /dev/null; then
        curl -s -o /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:$port$path" || true
        return
    fi
    {
        printf 'GET %s HTTP/1.0\r\n\r\n' "$path" >&3
        read -r -t 5 line <&3
    } 2> /dev/null 3<> "/dev/tcp/127.0.0.1/$port" || true
    [[ $line =~ ^HTTP/1\.[01]\ ([0-9]{3}) ]] && printf '%s' "${BASH_REMATCH[1]}" || printf '000'
}

# The numbers of the nodes that have a directory, one a line, ascending.
node_numbers() {
    local directory
    for directory in "$data"/node[1-9] "$data"/node[1-9][0-9]; do
        [[ ! -d $directory ]] || echo "${directory##*/node}"
    done
}

# The command line of a process; nothing if there is none.
arguments_of() {
    local words=()
    if [[ -d /proc/self ]]; then
        [[ ! -r /proc/$1/cmdline ]] || mapfile -d '' -t words < "/proc/$1/cmdline"
        echo "${words[*]}"
    else
        ps -p "$1" -o args= || true
    fi
} 2> /dev/null

# The process id of a node's supervisor; nothing if it does not run. A number alone may be another process's by now.
supervisor_of() {
    local file=$data/node$1/supervise.pid pid
    [[ -f $file ]] || return 0
    pid=$(< "$file")
    if [[ $(arguments_of "$pid") == *supervise.sh*node$1* ]]; then
        echo "$pid"
    fi
}

# start_node NUMBER [SETTING...]
start_node() {
    local i=$1 directory=$data/node$1
    shift
    [[ -z $(supervisor_of "$i") ]] || return 0
    mkdir -p "$directory"/{data,raft}
    nohup "$root/deploy/supervise.sh" dotnet "$silo_dll" --config "$data/cluster.json" \
        "--Node:Name=node$i" "--Node:DataDirectory=$directory/data" "--Node:LogDirectory=$directory/raft" \
        "--Listen:SiloPort=$((base_silo + i - 1))" "--Listen:GatewayPort=$((base_gateway + i - 1))" \
        "--Listen:RestPort=$(rest_port "$i")" "$@" >> "$directory/node.log" 2>&1 < /dev/null &
    echo $! > "$directory/supervise.pid"
}

# Waits until /readyz of each of these nodes is 200.
wait_ready() {
    local end=$((SECONDS + ready_seconds_max)) i
    for i in "$@"; do
        until [[ $(http_status "$(rest_port "$i")" /readyz) == 200 ]]; do
            if [[ -z $(supervisor_of "$i") ]]; then
                tail -n 20 "$data/node$i/node.log" >&2
                fail "node$i has ended; its log is $data/node$i/node.log"
            fi
            ((SECONDS < end)) || fail "node$i is not ready after $ready_seconds_max s; its log is $data/node$i/node.log"
            sleep 0.2
        done
    done
}

# Stops the supervisors of these nodes, and with them the nodes; ends them by force after 60 s.
stop_nodes() {
    local i pid end
    for i in "$@"; do
        pid=$(supervisor_of "$i")
        [[ -z $pid ]] || kill -TERM "$pid"
    done
    end=$((SECONDS + 60))
    for i in "$@"; do
        while pid=$(supervisor_of "$i") && [[ -n $pid ]]; do
            if ((SECONDS >= end)); then
                printf 'node%s does not stop: it is ended by force\n' "$i" >&2
                kill -USR1 "$pid"
                end=$((SECONDS + 5))
            fi
            sleep 0.1
        done
        rm -f "$data/node$i/supervise.pid"
    done
}

# A text as JSON has it.
json_text() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}
