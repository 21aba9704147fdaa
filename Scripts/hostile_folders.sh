#!/usr/bin/env bash
# Hands `lora` more than two hundred spoiled adapter and model folders, one after the other. Each must be refused by the right status with
# what, where and what to do next, within a second, and the registry must be the same to the byte before and after.
# Usage: Scripts/hostile_folders.sh LORA
set -euo pipefail
lora=$(realpath "$1")
cd "$(dirname "$0")/.."
LORA_HOSTILE_PROGRAM=$lora LORA_HOSTILE_LIMIT=1 swift test --filter HostileFolderTests --no-parallel | grep -E '^hostile|✘|Expectation|Test run|took'
