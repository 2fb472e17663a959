#!/usr/bin/env bash
# `make demo`: from nothing to answers in PostgreSQL. Run again, it finds nothing left to do.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD

# The state stands in the clone. As root the embedded PostgreSQL runs as an unprivileged
# user, who cannot enter a clone below a closed folder such as /root: then beside /var/lib.
state="$here/.demo"
if [ "$(id -u)" -eq 0 ]; then
    folder=$here
    while [ "$folder" != / ]; do
        case $(stat -c %a "$folder") in *[1357]) ;; *) state="/var/lib/llavad-demo/$(printf %s "$here" | cksum | cut -d' ' -f1)" ;; esac
        folder=$(dirname "$folder")
    done
fi

if [ "${1:-}" = --forget ]; then
    rm -rf "$state"
    echo "Forgot $state"
    exit 0
fi

Scripts/install-packages.sh
Scripts/build-release.sh
bin=$(swift build -c release --show-bin-path)

mkdir -p "$state"
cat > "$state/llavad.yaml" <<YAML
# Written by Scripts/demo.sh; Config/llavad.yaml explains every key.
state: "$state"
database: embedded
model:
  text: "$here/Models/demo/llava-demo-f16.gguf"
  mmproj: "$here/Models/demo/mmproj-llava-demo-f16.gguf"
log:
  level: warning
YAML
export LLAVA_CONFIG="$state/llavad.yaml"
llavactl() { "$bin/llavactl" "$@"; }

title() { printf '\n== %s\n' "$*"; }
query() { title "$1"; printf '   %s\n\n' "$2"; llavactl sql -- -X -P pager=off -P border=1 -c "$2"; }

title "Describing $(ls Models/demo/samples/*.jpg Models/demo/samples/*.png | wc -l) pictures of Models/demo/samples with the demo model"
llavactl describe "$here/Models/demo/samples" --preset brief,objects,people --format table

query "How often does each shape appear?" \
    "SELECT o->>'shape' AS shape, count(*) AS times FROM llava.result, jsonb_array_elements(data->'objects') o WHERE question = 'objects' GROUP BY 1 ORDER BY 2 DESC, 1"
query "Which pictures have something red and large in them?" \
    "SELECT regexp_replace(path, '.*/', '') AS picture, answer FROM llava.result WHERE question = 'caption' AND EXISTS (SELECT FROM llava.result r, jsonb_array_elements(r.data->'objects') o WHERE r.path = result.path AND r.question = 'objects' AND o->>'color' = 'red' AND o->>'size' = 'large') ORDER BY 1 LIMIT 8"
query "Full-text search: blue star" \
    "SELECT regexp_replace(path, '.*/', '') AS picture, answer FROM llava.search('blue star') LIMIT 5"

title "Where to go from here"
cat <<TEXT
   Your own pictures:   $bin/llavactl --help
   These answers again: LLAVA_CONFIG=$LLAVA_CONFIG $bin/llavactl results
   Start over:          make clean-demo
TEXT
