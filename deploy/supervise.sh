#!/usr/bin/env bash
# usage: supervise.sh COMMAND [ARGUMENT...]
#
# Runs a node and starts it again when it ends: after 0.5 s, then after twice as long each time up to 30 s, and after
# 0.5 s again once it has lived for 60 s. Status 0 (told to stop), 2 (bad configuration) and 3 (disk and plan need a
# person's decision) are not started again: they are this script's status too. SIGTERM and SIGINT are passed on as
# SIGTERM, and end the script when the node has ended.
#
# SUPERVISE_FIRST_MS, SUPERVISE_MOST_MS and SUPERVISE_LIFE_S change the three times. SUPERVISE_PID_FILE names a file
# that holds the node's process id while it lives.

set -euo pipefail

first_ms=${SUPERVISE_FIRST_MS:-500}
most_ms=${SUPERVISE_MOST_MS:-30000}
life_s=${SUPERVISE_LIFE_S:-60}
pid_file=${SUPERVISE_PID_FILE:-}
child=
stopping=

say() { printf '%(%Y-%m-%d %H:%M:%S)T supervise: %s\n' -1 "$*"; }

if [[ $# -eq 0 ]]; then
    echo 'supervise.sh: which command? The head of this file says more.' >&2
    exit 2
fi
for number in "$first_ms" "$most_ms" "$life_s"; do
    if ! [[ $number =~ ^[0-9]{1,8}$ ]]; then
        echo "supervise.sh: '$number' is no time: allowed is 0 to 99999999" >&2
        exit 2
    fi
done

# shellcheck disable=SC2329 # Called by the traps.
pass_on() {
    stopping=yes
    [[ -z $child ]] || kill -TERM "$child" 2> /dev/null || true
}
trap pass_on TERM INT

# Waits for the child; a signal that comes meanwhile ends bash's wait, but not the child's life.
wait_for_child() {
    status=0
    wait "$child" || status=$?
    while kill -0 "$child" 2> /dev/null; do
        status=0
        wait "$child" || status=$?
    done
    child=
}

delay_ms=$first_ms
while [[ -z $stopping ]]; do
    born=$SECONDS
    "$@" &
    child=$!
    # A signal between the fork and the line above found no child to pass it on to.
    [[ -z $stopping ]] || pass_on
    [[ -z $pid_file ]] || echo "$child" > "$pid_file"
    wait_for_child
    [[ -z $pid_file ]] || rm -f "$pid_file"
    if [[ -n $stopping || $status -eq 0 ]]; then
        exit "$status"
    fi
    case $status in
        2) say 'ended with status 2, bad configuration: not started again' && exit 2 ;;
        3) say 'ended with status 3, disk and plan need a decision: not started again' && exit 3 ;;
    esac

    if ((SECONDS - born >= life_s)); then
        delay_ms=$first_ms
    fi
    say "ended with status $status, started again in $delay_ms ms"
    sleep "$((delay_ms / 1000)).$(printf '%03d' $((delay_ms % 1000)))" &
    child=$!
    [[ -z $stopping ]] || pass_on
    wait_for_child
    delay_ms=$((delay_ms * 2 > most_ms ? most_ms : delay_ms * 2))
done
