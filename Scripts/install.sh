#!/usr/bin/env bash
# Installs the programs, the settings file, the systemd unit and the service's user.
# PREFIX (default /usr/local) is where the programs go; DESTDIR is put before every path.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
bin=$(swift build -c release --show-bin-path)
[ -w "${root:-/}" ] || { echo "llavad: installing to ${root}$prefix needs root; run 'sudo make install'." >&2; exit 1; }

for program in llavad llavactl; do
    install -Dm755 "$bin/$program" "$root$prefix/bin/$program"
done
# An existing settings file is the owner's and stays.
[ -e "$root/etc/llavad/llavad.yaml" ] || install -Dm644 Config/llavad.yaml "$root/etc/llavad/llavad.yaml"
install -d "$root/lib/systemd/system"
sed "s|/usr/local/bin/|$prefix/bin/|" systemd/llavad.service >"$root/lib/systemd/system/llavad.service"
install -Dm644 systemd/llavad.sysusers "$root/usr/lib/sysusers.d/llavad.conf"
if [ -z "$root" ]; then
    id llavad >/dev/null 2>&1 || useradd --system --home-dir /var/lib/llavad --shell /usr/sbin/nologin llavad
    command -v systemctl >/dev/null && systemctl daemon-reload || true
fi
echo "Installed to $root$prefix; set model.text and model.mmproj in $root/etc/llavad/llavad.yaml, then:"
echo "  systemctl enable --now llavad"
