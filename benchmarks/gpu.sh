#!/usr/bin/env bash
# One command for whoever has a GPU: exactness of the device path and its figures, in under eight minutes.
#   benchmarks/gpu.sh                       on the first CUDA device
#   benchmarks/gpu.sh --device cpu --small  rehearses it on torch's CPU device
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD/src${PYTHONPATH:+:$PYTHONPATH}"
exec timeout 480 "${PYTHON:-python3}" benchmarks/gpu.py "$@"
