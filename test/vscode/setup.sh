#!/usr/bin/env bash
# Installs a real VS Code (server and web workbench, as code-server packages it) and the Node it needs, from the npm
# registry alone, into this folder. A re-run does nothing until package-lock.json or this file changes. Needs Linux on x64
# or arm64, Node 20 or newer and npm. g++, make and python3 are optional: without them VS Code writes no log files.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here"

fail() { printf 'setup of VS Code: %s\n' "$*" >&2; exit 1; }
[ "$(uname -s)" = Linux ] || fail "code-server is set up on Linux only; here, install desktop VS Code and put its 'code' command on the PATH"
case "$(uname -m)" in
  x86_64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) fail "no Node for the processor $(uname -m); x86_64 and aarch64 are served" ;;
esac
command -v npm >/dev/null || fail "npm is missing; install Node.js 20 or newer, which brings it"

want="$(cat package.json package-lock.json setup.sh | sha256sum | cut -d' ' -f1)-$arch"
stamp=node_modules/.setup-stamp
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then exit 0; fi

step() { printf '[%3ss] %s\n' "$SECONDS" "$*"; }
npm_flags=(--ignore-scripts --no-audit --no-fund --loglevel=error)
# `npm test` hands its own settings down to children; this folder has its own
unset npm_config_ignore_scripts npm_config_omit npm_config_include || true

step "VS Code for the tests: code-server and its Node (about 400 MB)"
npm ci "${npm_flags[@]}"
node_dir="$here/node_modules/node-linux-$arch"
[ -x "$node_dir/bin/node" ] || fail "npm did not install node-linux-$arch (are optional dependencies switched off?)"
export PATH="$node_dir/bin:$PATH" # everything below runs on that Node
vs="$here/node_modules/code-server/lib/vscode"
step "Node $(node -v), VS Code $(node -p "require('$vs/package.json').version"): its own packages"

# --legacy-peer-deps: the shrinkwrap lacks one peer (tslib), which npm ci otherwise refuses
(cd "$vs" && npm ci "${npm_flags[@]}" --omit=dev --legacy-peer-deps)
# TypeScript for the built-in TypeScript extension: without it every window complains that its server is missing
(cd "$vs/extensions" && npm ci "${npm_flags[@]}" --omit=dev)

if command -v g++ >/dev/null && command -v make >/dev/null && command -v python3 >/dev/null; then
  step "build of @vscode/spdlog (log files, output channels) and @vscode/native-watchdog (no orphaned extension hosts)"
  # nodedir: the headers come with the npm package of Node; node-gyp would download them otherwise
  (cd "$vs" && npm_config_nodedir="$node_dir" \
    npm rebuild --ignore-scripts=false --no-audit --no-fund --loglevel=error @vscode/spdlog @vscode/native-watchdog)
  rm -rf "$vs"/node_modules/@vscode/{spdlog,native-watchdog}/build/Release/{obj.target,.deps}
  (cd "$vs" && node -e "require('@vscode/spdlog'); require('@vscode/native-watchdog')")
else
  step "g++, make or python3 is missing: VS Code will run without log files"
fi

step "removal of files that the tests never use"
# Not extensions/mermaid-markdown-features: the list of built-in extensions is baked into the workbench, and notebooks
# would log a failed import of its renderer.
rm -rf "$vs"/node_modules/@github/copilot-sdk* "$vs"/extensions/copilot \
  "$vs"/node_modules/@microsoft/mxc-sdk \
  "$vs"/node_modules/@parcel/watcher-linux-"$arch"-musl \
  "$vs"/node_modules/@vscode/windows-process-tree \
  "$node_dir"/{include,share,CHANGELOG.md}
rg="$vs/node_modules/@vscode/ripgrep-universal/bin"
find "$rg" -mindepth 1 -maxdepth 1 ! -name "linux-$arch" -exec rm -rf {} +
find "$vs/node_modules/node-pty/prebuilds" -mindepth 1 -maxdepth 1 ! -name "linux-$arch" -exec rm -rf {} +

step "check"
chmod +x "$rg/linux-$arch/rg"
"$rg/linux-$arch/rg" --version >/dev/null
(cd "$vs" && node -e "require('node-pty'); require('@parcel/watcher')")
scratch="$(mktemp -d)" # without a folder of its own the server writes to the home folder
node "$vs/out/server-main.js" --server-data-dir "$scratch" --user-data-dir "$scratch" --version | sed -n 1p
rm -rf "$scratch"
echo "$want" >"$stamp"
step "done: $(du -sh node_modules | cut -f1)"
