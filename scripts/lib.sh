# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where the project and its tools are, and how we speak to the person at the terminal.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=${TOUCHLINE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/touchline/tools}

cargo_leptos_version=0.3.10
binaryen_version=132.0.0
# Newer ones answer ListParts with an element that S3 does not have.
moto_version=5.1.22
# Verifies every signature; `make soak` alone uses it.
garage_version=2.5.0
# Only where the machine has none or one older than Playwright can use.
node_version=22.23.3
# The crate and its command-line tool must agree to the patch version, so Cargo.toml alone says which.
wasm_bindgen_version=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' "$project/Cargo.toml")

cargo_leptos_dir=$tools/cargo-leptos-$cargo_leptos_version
wasm_bindgen_dir=$tools/wasm-bindgen-$wasm_bindgen_version
binaryen_dir=$tools/binaryen-$binaryen_version
node_dir=$tools/node-$node_version
moto_dir=$tools/moto-$moto_version
garage_dir=$tools/garage-$garage_version
# Written by wasm-target-fallback, and only where rustup has no WASM target to give.
rust_env=$tools/rust.env

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() {
    printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install REASON PACKAGE...: installs Debian packages, as root or through sudo.
apt_install() {
    local reason=$1 as_root=()
    shift
    have apt-get || die "$reason; install the equivalent of these Debian packages and run this again: $*"
    if [ "$(id -u)" != 0 ]; then
        have sudo || die "$reason; as root, run: apt-get install $*"
        as_root=(sudo)
    fi
    say "$reason: installing $*"
    "${as_root[@]}" apt-get update -qq </dev/null >&2 || say "apt-get update failed; trying with the lists that are here"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >&2 ||
        die "apt-get could not install $*; install them yourself and run this again"
}

# The first browser that is there, or nothing. CHROMIUM names another.
find_chromium() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        if [ -n "$name" ] && have "$name"; then
            command -v "$name"
            return
        fi
    done
}

# The folder of PostgreSQL's server programs: Debian keeps them out of PATH.
find_postgres() {
    local dir found
    for dir in "$(dirname "$(command -v initdb || echo /none/)")" /usr/lib/postgresql/*/bin; do
        [ -x "$dir/initdb" ] && found=$dir
    done
    echo "${found:-}"
}
