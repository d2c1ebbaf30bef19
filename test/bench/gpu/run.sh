#!/bin/sh
# Tests and measures DLNB on this machine's graphics card: TensorFlow.js's own specs on the device webgpu, then the
# benchmark against PyTorch.
#
#   run.sh [FOLDER] [OPTIONS]
#
# Writes conformance.txt, gpu.txt and gpu.json to FOLDER, else to $OUT, else to the current folder.
#
# OPTIONS: --adapter hardware|software|null, --no-conformance, --grep TEXT (specs), and as in `npm run bench -- gpu`:
# --only 'WORK|WORK', --impl A,B, --rounds N, --folder DIR (with @tensorflow/tfjs-node-gpu). All works together take
# about 10 minutes, half of that for torch.compile; the results are written after each work.
#
# It needs: Linux on x64 with glibc 2.28 or newer; tar with xz, or python3; the driver of the card, with its Vulkan
# part; a Vulkan loader (libvulkan.so.1 of the package libvulkan1: installed, or as .gl/libvulkan1*.deb beside this
# script or in the current folder); for the comparison, a python3 with PyTorch. It installs and downloads nothing. If
# Vulkan does not find the driver, set VK_DRIVER_FILES to the driver's JSON file. The script itself tries
# /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$PWD}
case "${1:-}" in '' | -*) ;; *) out=$1 && shift ;; esac
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
for archive in node files; do
    tar -xJf "$here/$archive.tar.xz" -C "$work" 2>/dev/null ||
        python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$here/$archive.tar.xz" "$work"
done

if ! (PATH=$PATH:/sbin:/usr/sbin && ldconfig -p) 2>/dev/null | grep -q 'libvulkan\.so\.1'; then
    for package in "$here"/.gl/libvulkan1*.deb .gl/libvulkan1*.deb; do
        if [ -f "$package" ]; then dpkg -x "$package" "$work/gl"; fi
    done
    if [ -d "$work/gl" ]; then
        export LD_LIBRARY_PATH="$work/gl/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    else
        echo "There is no Vulkan loader: install libvulkan1, or put its package into $here/.gl" >&2
    fi
fi
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -f "$nvidia" ]; then export VK_DRIVER_FILES="$nvidia"; fi

"$work/node" "$work/main.mjs" "$out" "$@"
