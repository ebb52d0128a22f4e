#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml: every package with its version and hashes, no addresses.
# Needs uv. The files serve every supported Python; bundle.txt is the oldest one's, because a package that only
# Python 3.10 needs does no harm to the others.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate pyproject.toml "$@"; }
compile --universal --python-version 3.10 --group test -o requirements/test.txt
compile --universal --python-version 3.10 --group dev -o requirements/dev.txt
compile --python-version 3.10 -o requirements/bundle.txt
