# The Debian packages that arpad needs, and how to get those that are missing.
# Source common.sh first.
# shellcheck shell=bash disable=SC2034

packages_build=(
    build-essential cmake ninja-build pkg-config
    libboost1.81-dev libcap-ng-dev libcli11-dev libcsv-dev libfmt-dev libidn2-dev libldns-dev libseccomp-dev libsodium-dev libspdlog-dev
    libsqlite3-dev libsystemd-dev libssl-dev libyaml-cpp-dev lowdown python3
)
packages_run=(bind9-dnsutils)
packages_test=(
    clang-16 libclang-rt-16-dev llvm-16
    libgtest-dev libgmock-dev libbenchmark-dev clang-format
    chromium chromium-driver python3-jsonschema python3-selenium python3-yaml
    bind9-dnsutils knot-dnsutils ldnsutils
    bind9 kea-dhcp-ddns-server knot nsd pdns-backend-sqlite3 pdns-server
    iproute2 man-db openssl prometheus systemd zsh
)
packages_test_all=(dnsperf valgrind)

# Prints those of the named packages that are not installed.
missing_packages() {
    local package status
    for package in "$@"; do
        status="$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)"
        [[ "$status" == installed ]] || echo "$package"
    done
}

# Installs packages without starting the services that some of them bring.
apt_install() {
    local policy=/usr/sbin/policy-rc.d own_policy="" status=0
    # A policy that is already there is the machine's own and stays as it is.
    if [[ ! -e "$policy" ]]; then
        own_policy=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        # An interrupted installation must not leave a policy behind that stops every service.
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@" || status=$?
    if [[ -n "$own_policy" ]]; then
        as_root rm -f "$policy"
        trap - EXIT
    fi
    return "$status"
}

# Keeps the services of the named packages, which only the tests need, from being started at the next
# boot.
disable_services() {
    local package service
    [[ -d /run/systemd/system ]] || return 0
    for package in "$@"; do
        case "$package" in
        bind9) service=named ;;
        knot | nsd | prometheus) service="$package" ;;
        pdns-server) service=pdns ;;
        *) continue ;;
        esac
        as_root systemctl --quiet disable "$service"
    done
}

# Installs those of the named packages that are missing; quick and without network if none is.
ensure_packages() {
    local -a missing
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        explain_packages "$@"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    [[ "${#missing[@]}" != 0 ]] || return 0
    progress "installing ${missing[*]}"
    # One unreachable repository does not matter as long as the packages are found in another.
    quietly as_root apt-get update || progress "apt-get update failed; going on with what it knew"
    quietly apt_install "${missing[@]}" ||
        fail "could not install: ${missing[*]}; try: apt-get install ${missing[*]}"
    disable_services "${missing[@]}"
}

# Where there is no apt-get: goes on if the commands are there, else says what is needed.
explain_packages() {
    local command
    local -a absent=()
    for command in c++ cmake ninja pkg-config; do
        command -v "$command" >/dev/null || absent+=("$command")
    done
    {
        echo "There is no apt-get here. arpad is built and tested on Debian 12 with these packages:"
        printf '    %s\n' "$@"
    } >&2
    [[ "${#absent[@]}" == 0 ]] || fail "commands that are missing: ${absent[*]}"
}

# Fetches axe-core, with which the tests of the page look for what people with disabilities cannot use. Without
# the network those tests are skipped.
fetch_axe() {
    local version=4.14.1 directory="$repo_root/build/axe"
    local sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
    [[ -e "$directory/axe.min.js" ]] && return
    mkdir -p "$directory"
    if ! python3 - "https://registry.npmjs.org/axe-core/-/axe-core-$version.tgz" "$directory/axe.tgz" <<'END'
import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=60) as reply, open(sys.argv[2], "wb") as file:
    file.write(reply.read())
END
    then
        progress "axe-core cannot be fetched: what it would find on the page is not looked for"
        return
    fi
    echo "$sum  $directory/axe.tgz" | sha256sum --check --quiet
    tar -xzf "$directory/axe.tgz" -C "$directory" --strip-components=1 package/axe.min.js
}
