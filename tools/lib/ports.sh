# Who listens on a port of this machine. Source common.sh first.
# shellcheck shell=bash

# The sockets bound to a port at a loopback or wildcard address: "PROTOCOL INODE" each.
sockets_on_port() {
    local port_hex protocol
    port_hex="$(printf '%04X' "$1")"
    for protocol in udp udp6 tcp tcp6; do
        [[ -r "/proc/net/$protocol" ]] || continue
        # Addresses stand there as 32-bit words in host order; state 0A is LISTEN. An unconnected
        # UDP socket has state 07.
        awk -v protocol="$protocol" -v port="$port_hex" '
            BEGIN {
                local_address["0100007F"] = 1
                local_address["00000000"] = 1
                local_address["00000000000000000000000000000000"] = 1
                local_address["00000000000000000000000001000000"] = 1
                local_address["0000000000000000FFFF00000100007F"] = 1
            }
            split($2, place, ":") == 2 && place[2] == port && (place[1] in local_address) &&
                $4 == (protocol ~ /^tcp/ ? "0A" : "07") { print protocol, $10 }
        ' "/proc/net/$protocol"
    done
}

# The process that holds the socket with this inode, as "NAME (pid PID)".
socket_owner() {
    local entry pid
    entry="$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null || true)"
    if [[ -z "$entry" ]]; then
        echo "a process of another user"
        return
    fi
    pid="${entry#/proc/}"
    pid="${pid%%/*}"
    printf '%s (pid %s)\n' "$(cat "/proc/$pid/comm")" "$pid"
}

# One line for each socket that keeps us from the port; nothing if it is free.
port_users() {
    local protocol inode
    while read -r protocol inode; do
        printf '    %s port %s: %s\n' "$protocol" "$1" "$(socket_owner "$inode")"
    done < <(sockets_on_port "$1") | sort -u
}
