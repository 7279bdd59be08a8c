#!/usr/bin/env bash
# Builds a Rust toolchain for the browser out of Debian's packages, for machines that reach
# Debian's archive but not Rust's: rustc-web, rust-web-src and lld are unpacked in a private
# folder (no root, nothing installed), the standard library is built once (two minutes), and
# the result is linked as a rustup toolchain.
# usage: debian-wasm.sh TOOLCHAIN_NAME FOLDER
set -euo pipefail
NAME=$1 FOLDER=$2
TARGET=wasm32-unknown-unknown
say() { echo "debian-wasm: $*" >&2; }

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { say "this is not Debian: apt-get is missing"; exit 1; }
MACHINE=$(uname -m)
HOST=$MACHINE-unknown-linux-gnu
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK"

say "downloading"
# An old list would give an old compiler.
apt-get update >&2 || say "the list of packages could not be brought up to date; going on with the old one"
VERSION=$(apt-cache show rustc-web | sed -n 's/^Version: //p' | head -1)
RELEASE=$(cut -d. -f1-2 <<<"$VERSION")
fetch() { apt-get -o APT::Sandbox::User=root download "$@" >&2; }
fetch "rustc-web=$VERSION" "rust-web-src=$VERSION" "libstd-rust-web-dev=$VERSION" "libstd-rust-web-$RELEASE=$VERSION"
LLVM=$(dpkg-deb -f libstd-rust-web-[0-9]*.deb Depends | grep -o 'libllvm[0-9]*' | head -1)
LLVM_VERSION=${LLVM#libllvm}
fetch "$LLVM" "lld-$LLVM_VERSION"
mkdir unpacked
for package in *.deb; do dpkg-deb -x "$package" unpacked; done

USR=$WORK/unpacked/usr
LIBRARIES=$USR/lib/$MACHINE-linux-gnu
NEW=$FOLDER.new
rm -rf "$NEW"
mkdir -p "$NEW/bin" "$NEW/lib/rustlib/$HOST/bin" "$NEW/lib/rustlib/$TARGET/lib" "$NEW/lib/rustlib/src"
cp "$USR/bin/rustc" "$USR/bin/rustdoc" "$NEW/bin/"
cp -L "$(rustup which cargo)" "$NEW/bin/cargo" # rustup's own cargo drives it
cp "$LIBRARIES"/librustc_driver-*.so "$LIBRARIES"/libLLVM.so."$LLVM_VERSION".* "$NEW/lib/"
cp -r "$USR/lib/rustlib/$HOST/lib" "$NEW/lib/rustlib/$HOST/"
cp "$USR/lib/llvm-$LLVM_VERSION/bin/lld" "$NEW/lib/rustlib/$HOST/bin/rust-lld"
mv "$USR"/src/rustc-* "$NEW/lib/rustlib/src/rust"

say "building the standard library with $(LD_LIBRARY_PATH=$NEW/lib "$NEW/bin/rustc" -V)"
mkdir -p std/src
: >std/src/lib.rs
printf '[package]\nname = "stdbuild"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n[workspace]\n' >std/Cargo.toml
(
  cd std
  env -u RUSTC_WRAPPER LD_LIBRARY_PATH="$NEW/lib" RUSTC="$NEW/bin/rustc" RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$WORK/target" \
    "$NEW/bin/cargo" build --release --target $TARGET -Zbuild-std=std,panic_abort,proc_macro,test >&2
)
cp "$WORK/target/$TARGET/release/deps/"*.rlib "$NEW/lib/rustlib/$TARGET/lib/"
rm -f "$NEW/lib/rustlib/$TARGET/lib/"libstdbuild-*
rm -rf "$NEW/lib/rustlib/src" # 340 MB, no longer needed
rm -rf "$FOLDER"
mv "$NEW" "$FOLDER"
rustup toolchain link "$NAME" "$FOLDER" >&2
