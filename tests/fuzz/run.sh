#!/usr/bin/env bash
# Gives the fuzz targets named, or all, to libFuzzer for FUZZ_SECONDS (60) each, on stable Rust.
# What it finds lies in target/fuzz/found/: pass such a file to tests/fuzz/run.sh to see it fail again.
#
#   run.sh [target...]
#   run.sh target FILE
set -euo pipefail
cd "$(dirname "$0")/../.."

SECONDS_EACH=${FUZZ_SECONDS:-60}
FOLDER=${CARGO_TARGET_DIR:-target}/fuzz
HOST=$(rustc -vV | sed -n 's/^host: //p')

# What `cargo fuzz` passes, but for the address sanitizer, which only a nightly compiler has and safe
# code does not need. With --target they reach neither build scripts nor the ordinary build.
flags=(-Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
  --cfg fuzzing)
env -u CARGO_ENCODED_RUSTFLAGS RUSTFLAGS="${flags[*]}" \
  cargo build --quiet --locked -p fuzz --features libfuzzer --bins --profile fuzz \
  --target "$HOST" --target-dir "$FOLDER/build"

binary() { echo "$FOLDER/build/$HOST/fuzz/$1"; }

if [ $# = 2 ] && [ -f "$2" ]; then
  exec "$(binary "$1")" "$2"
fi
if [ $# = 0 ]; then
  set -- tests/fuzz/src/bin/*.rs
fi
for target in "$@"; do
  target=$(basename "$target" .rs)
  mkdir -p "$FOLDER/corpus/$target" "$FOLDER/found"
  # Inventions are kept in the first folder, which makes the next run stronger; seeds stay as they are.
  "$(binary "$target")" -max_total_time="$SECONDS_EACH" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$FOLDER/found/$target-" \
    "$FOLDER/corpus/$target" "tests/fuzz/seeds/$target"
done
