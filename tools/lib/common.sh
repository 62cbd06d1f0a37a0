# Functions shared by the scripts of tools/. Source this file; it runs nothing by itself.
# shellcheck shell=bash disable=SC2034

# The root of the repository, whatever the working directory is.
repo_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# Where Debian keeps nameservers, and a user's PATH does not look.
PATH="$PATH:/usr/sbin:/sbin"

# Says what the script is doing.
progress() { printf '==> %s\n' "$*" >&2; }

# Ends the script with a message.
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# How many compilers may run at once: they need up to 1 GB each.
build_jobs() {
    local cores
    cores="$(nproc)"
    echo $((cores < 2 ? 2 : cores > 4 ? 4 : cores))
}

# Runs a command as root.
as_root() {
    if [[ "$(id -u)" == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo: run it as root: $*"
    fi
}

# Runs a command and shows its output only if it fails.
quietly() {
    local log status=0
    log="$(mktemp)"
    "$@" >"$log" 2>&1 || status=$?
    [[ "$status" == 0 ]] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}
