#!/usr/bin/env bash
# Installs what the builds and tests need beyond Rust, Node and npm. Run it as often as you like:
# with nothing to do it takes less than a second.
#
#   setup.sh wasm       a Rust toolchain that links wasm32-unknown-unknown, and the wasm tools
#   setup.sh npm        the packages of package-lock.json
#   setup.sh chromium   a browser for the tests
#   setup.sh fuzz       a C++ compiler, which libFuzzer is built with
#   setup.sh schemathesis  Schemathesis, in a venv of python3
#
# WASM_TARGET_FROM=debian  skips rustup's download site and builds the wasm standard library from
#                          Debian's sources
# CHROMIUM=/path           names the browser to use
#
# `wasm` leaves `.tools/env`, which the build scripts source from the top of the repository.
set -euo pipefail
cd "$(dirname "$0")/../.."

WORKER_BUILD_VERSION=0.8.7 # belongs to the `worker` crate in edge/Cargo.toml
TARGET=wasm32-unknown-unknown
LINKED=wasm-local # the rustup name of Debian's toolchain

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "setup: $*" >&2; }
die() { echo "error: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else say "this needs root, and there is no sudo: $*"; return 1
  fi
}

# `--no-remove`: better to fail than to take a compiler away that something else uses.
apt_install() {
  have apt-get || return 1
  local install=(env DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --no-remove --no-install-recommends "$@")
  say "installing $* (apt-get)"
  as_root "${install[@]}" >"$scratch/apt.log" 2>&1 ||
    { as_root apt-get update && as_root "${install[@]}"; } >"$scratch/apt.log" 2>&1 ||
    { cat "$scratch/apt.log" >&2; return 1; }
}

# --- wasm ----------------------------------------------------------------------------------------

# Whether the toolchain (empty: the default one) can really link a wasm module. A directory that
# exists proves little: its std may come from another rustc, and the linker may be missing.
links_wasm() {
  echo '#[unsafe(no_mangle)] pub extern "C" fn f(n: usize) -> usize { vec![1; n].len() }' \
    >"$scratch/probe.rs"
  env ${1:+RUSTUP_TOOLCHAIN="$1"} rustc --edition 2024 --target $TARGET --crate-type cdylib \
    -o "$scratch/probe.wasm" "$scratch/probe.rs" >"$scratch/probe.log" 2>&1
}

# Right for most people. A blocked connection can hang silently, hence the limit.
add_target_by_rustup() {
  [ "${WASM_TARGET_FROM:-}" != debian ] && have rustup || return 1
  say "rustup target add $TARGET"
  local limit=(); have timeout && limit=(timeout 120)
  ${limit[@]+"${limit[@]}"} rustup target add $TARGET
}

# Where rustup's site is out of reach: Debian ships std's sources with everything they depend on,
# so its own compiler can build std for wasm once and keep it in its sysroot.
link_debian_toolchain() {
  have rustup || return 1
  apt_install rustc-web cargo-web rust-web-src || return 1
  local rustc=/usr/bin/rustc sysroot host llvm
  sysroot=$($rustc --print sysroot)
  host=$($rustc -vV | sed -n 's/^host: //p')
  llvm=$($rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')

  # rustc asks for its linker by the name rust-lld.
  apt_install "lld-$llvm" || return 1
  as_root mkdir -p "$sysroot/lib/rustlib/$host/bin" "$sysroot/lib/rustlib/$TARGET/lib"
  as_root ln -sf "/usr/lib/llvm-$llvm/bin/lld" "$sysroot/lib/rustlib/$host/bin/rust-lld"

  say "building the standard library for $TARGET from Debian's sources (one or two minutes)"
  local empty=$scratch/empty
  mkdir -p "$empty/src" "$empty/.cargo"
  touch "$empty/src/lib.rs"
  printf '[package]\nname = "empty"\nedition = "2024"\n[workspace]\n' >"$empty/Cargo.toml"
  cat >"$empty/.cargo/config.toml" <<CONFIG
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "$sysroot/lib/rustlib/src/rust/library/vendor"
CONFIG
  # embed-bitcode: without it a module built with `lto` could not be linked to this std.
  (cd "$empty" && env -u RUSTUP_TOOLCHAIN RUSTC=$rustc RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$empty/target" \
    /usr/bin/cargo build --quiet --offline --release --target $TARGET \
    -Z build-std=std,panic_abort,panic_unwind,proc_macro,test) >&2 || return 1
  rm -f "$empty/target/$TARGET/release/deps"/libempty*
  as_root cp "$empty/target/$TARGET/release/deps"/lib*.r{lib,meta} "$sysroot/lib/rustlib/$TARGET/lib/"
  rustup toolchain link $LINKED "$sysroot"
  rm -rf "target/$TARGET" # cargo does not notice that std has changed
}

choose_wasm_toolchain() {
  have rustc && have cargo || die "Rust is needed: install it from https://rustup.rs"
  if links_wasm ""; then toolchain=
  elif links_wasm $LINKED; then toolchain=$LINKED
  elif add_target_by_rustup && links_wasm ""; then toolchain=
  elif link_debian_toolchain && links_wasm $LINKED; then toolchain=$LINKED
  else
    cat "$scratch/probe.log" >&2
    die "no Rust toolchain here can build for $TARGET.
Either let \`rustup target add $TARGET\` reach static.rust-lang.org, or, on Debian with rustup,
install rustc-web, cargo-web, rust-web-src and the lld of the same LLVM, and run this again."
  fi
}

# Glue, both of them: a debug build installs much faster and runs fast enough.
install_wasm_tools() {
  if [ "$(.tools/bin/worker-build --version 2>/dev/null)" != $WORKER_BUILD_VERSION ]; then
    if [ "$(uname)" = Linux ] && ! { have pkg-config && pkg-config --exists openssl; }; then
      apt_install pkg-config libssl-dev || say "worker-build needs OpenSSL's headers"
    fi
    say "installing worker-build $WORKER_BUILD_VERSION (a minute or two)"
    cargo install --quiet --debug --locked worker-build --version $WORKER_BUILD_VERSION --root .tools
  fi
  local bindgen=.tools/bin/wedge-bindgen
  if ! [ $bindgen -nt Cargo.lock ] || ! [ $bindgen -nt edge/toolchain/bindgen/src/main.rs ]; then
    say "building the wasm-bindgen helper"
    cargo install --quiet --debug --locked --force --path edge/toolchain/bindgen --root .tools
    touch $bindgen
  fi
}

# The tools' places, so that worker-build downloads none of its own, and the one variable that
# changes what wasm-bindgen generates without cargo noticing: the same for every wasm build.
write_env() {
  {
    echo '# Written by edge/toolchain/setup.sh; sourced by the build scripts.'
    [ -z "$toolchain" ] || echo "export RUSTUP_TOOLCHAIN=$toolchain"
    echo 'export WASM_BINDGEN_BIN="$PWD/.tools/bin/wedge-bindgen"'
    echo 'export WASM_OPT_BIN="$PWD/node_modules/.bin/wasm-opt"'
    echo 'export ESBUILD_BIN="$PWD/node_modules/.bin/esbuild"'
    echo 'export WASM_BINDGEN_USE_JS_SYS=1'
    # The same for every wasm build, or each would compile the other's crates anew. Panic messages
    # name source files, but not the folders of whoever built them; the digest is taken once a page
    # or isolate, so its small form will do.
    # Encoded, because a folder's name may hold a space.
    echo 'flags=("--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" "--remap-path-prefix=$PWD=wedge")'
    echo "flags+=(--cfg 'sha2_backend_soft=\"compact\"')"
    echo "export CARGO_ENCODED_RUSTFLAGS=\$(IFS=\$'\\x1f'; echo -n \"\${flags[*]}\")"
  } >"$scratch/env"
  cmp -s "$scratch/env" .tools/env || cp "$scratch/env" .tools/env
}

setup_wasm() {
  local toolchain
  choose_wasm_toolchain
  mkdir -p .tools
  install_wasm_tools
  write_env
}

# --- npm -----------------------------------------------------------------------------------------

# The stamp is a copy of the lock file inside node_modules: `npm ci` starts by removing both.
# No package here needs its install script.
setup_npm() {
  have node && have npm || die "Node 20 or later, with npm, is needed: https://nodejs.org"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || die "Node 20 or later is needed; this is $(node --version)"
  local stamp=node_modules/.wedge-lock
  if ! cmp -s package-lock.json $stamp; then
    say "npm ci"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp package-lock.json $stamp
  fi
}

# --- chromium ------------------------------------------------------------------------------------

# tests/edge/support.mjs looks for the same names.
setup_chromium() {
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || die "CHROMIUM=$CHROMIUM is not a program"
    return
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    have $name && return
  done
  apt_install chromium ||
    die "the browser tests need Chromium or Chrome: install one, or set CHROMIUM=/path/to/it"
}

# --- fuzz ----------------------------------------------------------------------------------------

setup_fuzz() {
  have g++ || apt_install g++ || die "the fuzz targets need a C++ compiler: install g++"
}

# --- schemathesis --------------------------------------------------------------------------------

# The stamp is a copy of the requirements inside the venv.
setup_schemathesis() {
  local venv=.tools/schemathesis requirements=tests/edge/schemathesis/requirements.txt
  cmp -s $requirements $venv/requirements.txt && return
  have python3 || apt_install python3 python3-venv ||
    die "Schemathesis needs Python 3.11 or later: install python3 and python3-venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Schemathesis needs Python 3.11 or later; this is $(python3 --version)"
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv ||
    die "python3 cannot make a venv: install python3-venv"
  say "installing Schemathesis"
  rm -rf $venv
  mkdir -p .tools
  python3 -m venv $venv || die "python3 -m venv failed"
  $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --requirement $requirements >&2 || die "pip could not install Schemathesis: is PyPI out of reach?"
  cp $requirements $venv/requirements.txt
}

[ $# -gt 0 ] || set -- wasm npm
for part in "$@"; do
  case $part in
    wasm | npm | chromium | fuzz | schemathesis) "setup_$part" ;;
    *) die "unknown part \`$part\`; usage: setup.sh [wasm|npm|chromium|fuzz|schemathesis]..." ;;
  esac
done
