#!/usr/bin/env bash
# Installs what the tests need and the machine lacks. On Debian, as root; anybody else is told what to install.
set -euo pipefail
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v gcc >/dev/null || missing+=(gcc libc6-dev) # the race detector links with it
command -v strace >/dev/null || missing+=(strace)     # injects I/O errors
command -v curl >/dev/null || missing+=(curl)              # runs the examples of the manual
command -v chromium >/dev/null || missing+=(chromium)      # the pages in a real browser
[ -x /usr/bin/time ] || missing+=(time)                  # tells the memory that an import took, for make proof
command -v bc >/dev/null || missing+=(bc)
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Please install: ${missing[*]}   (Debian: sudo apt-get install -y ${missing[*]})" >&2
  exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
