#!/usr/bin/env bash
# Installs what the build and the embedded database need from Debian's packages,
# and only what is missing. Says what it installs; fails in one sentence if it cannot.
set -euo pipefail

fail() { echo "llavad: $*" >&2; exit 1; }

command -v swift >/dev/null || fail \
    "Swift is not on the PATH; install Swift 6.3 or later from swift.org, then run this again."
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
case "$version" in
    [0-5].* | 6.[0-2] | "") fail "Swift 6.3 or later is needed and 'swift --version' says '$version'; install a newer one." ;;
esac

packages=(libopenblas-dev libpq-dev libjpeg-dev libpng-dev libcurl4-openssl-dev pkg-config)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
# Any PostgreSQL server of version 15 or later does; Debian's own is asked for only without one.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)

[ ${#missing[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || fail \
    "these packages are missing and apt-get is not here to install them: ${missing[*]}."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail \
        "these packages are missing, and without root or sudo they cannot be installed: ${missing[*]}."
    as_root=(sudo)
fi
echo "Installing Debian packages: ${missing[*]}${as_root:+ (through sudo)}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; }
install || { "${as_root[@]}" apt-get update >"$log" 2>&1 && install; } || {
    tail -n 5 "$log" >&2
    fail "apt-get could not install ${missing[*]}; the lines above say why."
}
