#!/usr/bin/env bash
# `make test-debian13`: runs `make test` of this working tree in a Debian 13 root, .debian13/system,
# which can load the newer track. Later runs reuse the root and its .venv.
set -euo pipefail

packages=ca-certificates,g++,git,kubernetes-client,make,python3-dev,python3-pip,python3-venv
folder=$PWD/.debian13
root=$folder/system
tree=/src/fcn-pipeline # In the root; ../shared is next to it, as outside.
bundle=/etc/ssl/certs/ca-certificates.crt

main() {
    if loads_newer_track; then
        echo "This machine loads the newer track itself: running \`make test\`."
        exec make test
    fi
    run_inside test
}

# Makes the root and its .venv without running tests: CI does this while another step runs.
prepare() {
    loads_newer_track || run_inside setup
}

# Makes a target in the root, in its own namespaces, so that mounts and processes end with it.
run_inside() {
    make_missing_root
    copy_tree
    exec unshare --mount --pid --fork --kill-child bash "$0" --inside "$1"
}

loads_newer_track() {
    [ "$("${SETUP_PYTHON:-python3}" -m tools.track)" = newer ]
}

make_missing_root() {
    check_needs
    [ "$(cat "$folder/made-of" 2>/dev/null)" = "$packages" ] || make_root
}

check_needs() {
    [ "$(id -u)" = 0 ] || stop "make test-debian13 needs root rights for chroot: use \`sudo make test-debian13\`."
    for command in debootstrap git unshare; do
        command -v "$command" >/dev/null ||
            stop "make test-debian13 needs $command: \`apt-get install debootstrap git util-linux\`."
    done
}

stop() {
    echo "$1" >&2
    exit 1
}

make_root() {
    echo "Making a Debian 13 root in .debian13: about a minute."
    rm -rf --one-file-system "$folder"
    mkdir -p "$folder"
    unshare --mount debootstrap --variant=minbase --include="$packages" trixie "$root" \
        >"$folder/log" 2>&1 || stop "debootstrap failed: $(tail -n 1 "$folder/log") (all of it is in .debian13/log)"
    echo "$packages" >"$folder/made-of" # Last: a root without it is half-made.
}

# Copies the files that git tracks or would add, without ignored ones; .venv and .uv stay as they are.
copy_tree() {
    mkdir -p "$root$tree"
    find "$root$tree" -mindepth 1 -maxdepth 1 ! -name .venv ! -name .uv -exec rm -rf {} +
    git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
        tar --create --null --files-from=- | tar --extract --directory="$root$tree"
}

# Makes a target as the first process of the namespaces.
inside() {
    local target=$1
    cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
    cp --dereference "${SSL_CERT_FILE:-$bundle}" "$root$bundle"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    bind_cache
    if [ -d ../shared ]; then
        mkdir -p "$root/src/shared"
        mount --bind ../shared "$root/src/shared"
        mount -o remount,bind,ro "$root/src/shared"
    fi
    exec chroot "$root" env -i $(network) HOME=/src LANG=C.UTF-8 SSL_CERT_FILE="$bundle" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        UV_CACHE_DIR=/var/cache/uv UV_LINK_MODE=copy PYTEST_ARGS="${PYTEST_ARGS:-}" \
        ${PYTEST_WORKERS+"PYTEST_WORKERS=$PYTEST_WORKERS"} \
        make --no-print-directory -C "$tree" "$target"
}

# Shares uv's download cache between inside and outside.
bind_cache() {
    cache=${UV_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/uv}
    mkdir -p "$cache" "$root/var/cache/uv"
    mount --bind "$cache" "$root/var/cache/uv"
}

# Prints the only settings that apply inside as well: others may name files that are not in the root.
network() {
    env | grep -iE '^(https?_proxy|no_proxy|(pip|uv)_index_url|uv_default_index)=[^ ]+$' || true
}

case ${1:-} in
--inside) inside "$2" ;;
--prepare) prepare ;;
*) main ;;
esac
