# Shared by the scripts in this folder; not run by itself. Variables that change what they do: TIME_MACHINE_DATA (the
# directory of the cluster), TIME_MACHINE_REST_PORT, TIME_MACHINE_SILO_PORT and TIME_MACHINE_GATEWAY_PORT (of node1; the
# others count up), TIME_MACHINE_KEY (of the REST interface), TIME_MACHINE_CONFIGURATION (release or debug).
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${TIME_MACHINE_DATA:-$root/data}
[[ $data == /* ]] || data=$PWD/$data
base_rest=${TIME_MACHINE_REST_PORT:-8001}
base_silo=${TIME_MACHINE_SILO_PORT:-11111}
base_gateway=${TIME_MACHINE_GATEWAY_PORT:-30001}
nodes_max=99
ready_seconds_max=120
stop_seconds_max=60
configuration=${TIME_MACHINE_CONFIGURATION:-release}
silo_dll=$root/artifacts/bin/TimeMachine.Silo/$configuration/TimeMachine.Silo.dll
demo_dll=$root/artifacts/bin/TimeMachine.Demo/$configuration/TimeMachine.Demo.dll
log_bytes_max=$((32 * 1024 * 1024))
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints how the script is called, which is the comment at its head, and ends with status 2.
usage() {
    [[ $# -eq 0 ]] || printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    local line
    {
        read -r line
        while read -r line && [[ $line == \#* ]]; do
            line=${line#\#}
            echo "${line# }"
        done
    } < "$0" >&2
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
    local project output
    echo 'building (the first time this takes a minute or two)'
    for project in Silo deploy/Demo; do
        if ! output=$(dotnet build -c "${configuration^}" "$root/$project" --nologo 2>&1); then
            printf '%s\n' "$output" >&2
            fail "$project does not build"
        fi
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
    {
        printf 'GET %s HTTP/1.0\r\n\r\n' "$path" >&3
        read -r -t 5 line <&3
    } 2> /dev/null 3<> "/dev/tcp/127.0.0.1/$port" || true
    if [[ $line =~ ^HTTP/1\.[01]\ ([0-9]{3}) ]]; then
        printf '%s' "${BASH_REMATCH[1]}"
    else
        printf '000'
    fi
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

# The process id in a file of a node's directory, if that process has this word in its command line; else nothing. A
# number alone may be another process's by now.
living() {
    local file=$data/node$1/$2 word=$3 pid
    [[ -f $file ]] || return 0
    pid=$(< "$file")
    if [[ $(arguments_of "$pid") == *"$word"*"$data/node$1/"* ]]; then
        echo "$pid"
    fi
}

supervisor_of() { living "$1" supervise.pid supervise.sh; }

process_of() { living "$1" node.pid TimeMachine.Silo.dll; }

# start_node NUMBER [SETTING...]
start_node() {
    local i=$1 directory=$data/node$1
    shift
    [[ -z $(supervisor_of "$i") ]] || return 0
    [[ -z $(process_of "$i") ]] || fail "node$i runs without its supervisor: stop-cluster.sh ends it"
    mkdir -p "$directory"/{data,raft}
    if [[ -f $directory/node.log && $(wc -c < "$directory/node.log") -gt $log_bytes_max ]]; then
        mv "$directory/node.log" "$directory/node.log.1"
    fi
    SUPERVISE_PID_FILE=$directory/node.pid nohup "$root/deploy/supervise.sh" dotnet "$silo_dll" \
        --config "$data/cluster.json" \
        "--Node:Name=node$i" "--Node:DataDirectory=$directory/data" "--Node:LogDirectory=$directory/raft" \
        "--Listen:SiloPort=$((base_silo + i - 1))" "--Listen:GatewayPort=$((base_gateway + i - 1))" \
        "--Listen:RestPort=$(rest_port "$i")" "$@" >> "$directory/node.log" 2>&1 < /dev/null &
    local pid=$! end=$((SECONDS + 5))
    echo "$pid" > "$directory/supervise.pid"
    # Until the new process is the supervisor, its number says nothing.
    while [[ -z $(supervisor_of "$i") && $SECONDS -lt $end ]] && kill -0 "$pid" 2> /dev/null; do
        sleep 0.02
    done
}

# wait_for_status NUMBER PATH: waits until the node answers a GET with 200.
wait_for_status() {
    local i=$1 path=$2 end=$((SECONDS + ready_seconds_max))
    until [[ $(http_status "$(rest_port "$i")" "$path") == 200 ]]; do
        if [[ -z $(supervisor_of "$i") ]]; then
            tail -n 20 "$data/node$i/node.log" >&2
            fail "node$i has ended; its log is $data/node$i/node.log"
        fi
        ((SECONDS < end)) || fail "node$i: $path is not 200 after $ready_seconds_max s; its log is $data/node$i/node.log"
        sleep 0.2
    done
}

# Waits until each of these nodes is ready.
wait_ready() {
    local i
    for i in "$@"; do
        wait_for_status "$i" /readyz
    done
}

# Stops these nodes with their supervisors; a node that does not stop in time is ended by force.
stop_nodes() {
    local i pid end=$((SECONDS + stop_seconds_max))
    for i in "$@"; do
        for pid in $(supervisor_of "$i") $(process_of "$i"); do
            kill -TERM "$pid" 2> /dev/null || true
        done
    done
    for i in "$@"; do
        while [[ -n $(supervisor_of "$i")$(process_of "$i") ]]; do
            if ((SECONDS >= end)); then
                printf 'node%s does not stop: it is ended by force\n' "$i" >&2
                for pid in $(supervisor_of "$i") $(process_of "$i"); do
                    kill -KILL "$pid" 2> /dev/null || true
                done
                end=$((SECONDS + 5))
            fi
            sleep 0.1
        done
        rm -f "$data/node$i/supervise.pid" "$data/node$i/node.pid"
    done
}

# Waits until these nodes and no fewer are ready and every vnode has its replicas; asks the first of them.
wait_whole() {
    demo wait "$(rest_url "$1")" "$#"
}

# A text as JSON has it.
json_text() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}
