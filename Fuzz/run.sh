#!/usr/bin/env bash
# Builds the fuzzer and runs every reader for SECONDS each (60 unless set), or the one in READER.
# What makes a reader crash is left in .build-fuzz/found/; see README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
LLAVAD_FUZZ=1 swift build -c release --scratch-path .build-fuzz --sanitize fuzzer \
    -Xswiftc -enable-testing -Xswiftc -parse-as-library --product fuzz
fixtures=$PWD/Tests/Fixtures
checkpoint=$fixtures/engine/models/hf-gqa-f16
found=$PWD/.build-fuzz/found
corpus=$PWD/.build-fuzz/corpus
mkdir -p "$found"

# What a reader begins with: whole files of the fixtures, and the cases found before.
seeds() {
    case $1 in
        gguf) echo "$fixtures"/byte-level/*.gguf "$fixtures/tokenizer/tokenizer.gguf" \
            "$fixtures/gguf/values.gguf" "$fixtures/engine/models/linear-gqa-q8_0.mmproj.gguf" ;;
        safetensors) echo "$fixtures"/families/*/model.safetensors ;;
        index) echo "$checkpoint/model.safetensors.index.json" ;;
        json) echo "$checkpoint"/*.json "$fixtures"/byte-level/*.json ;;
        sentencepiece) echo "$fixtures/tokenizer/tokenizer.model" ;;
        tokenizer) echo "$fixtures"/byte-level/*.json "$fixtures"/tokenizer/*.json ;;
        merges) echo "$fixtures"/byte-level/*/merges.txt ;;
        config) echo "$checkpoint/config.json" "$fixtures"/{families,sight}/*/config.json ;;
    esac
}

failed=0
for reader in ${READER:-gguf safetensors index json sentencepiece tokenizer merges config}; do
    mkdir -p "$corpus/$reader"
    number=0
    for seed in $(seeds "$reader") Fuzz/cases/"$reader"-*; do
        [ -f "$seed" ] && cp "$seed" "$corpus/$reader/seed-$((number += 1))"
    done
    case $reader in gguf | merges) words=$reader ;; *) words=json ;; esac
    dictionary=Fuzz/dictionaries/$words.dict
    echo "== $reader, $seconds s"
    LLAVAD_FUZZ_READER=$reader LLAVAD_FUZZ_CHECKPOINT=$checkpoint .build-fuzz/release/fuzz \
        -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=20 \
        -dict="$dictionary" -artifact_prefix="$found/$reader-" -print_final_stats=1 \
        "$corpus/$reader" >"$found/$reader.log" 2>&1 || failed=1
    grep -E 'cov:|Done|ERROR|Fatal' "$found/$reader.log" | tail -n 2
done
rm -rf /dev/shm/llavad-fuzz-*
[ "$failed" = 0 ] || { echo "found: $(ls "$found" | grep -v log)" >&2; exit 1; }
