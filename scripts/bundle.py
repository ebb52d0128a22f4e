"""Fills bundled/libs with the server and the packages it needs: what the VS Code extension carries.

Only pure-Python wheels, at the versions and hashes of requirements/bundle.txt, so that one extension
serves every platform and every Python from 3.10 on. The packages are installed again only when that
file has changed; the server's own files are copied every time.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "bundle.txt"
LIBS = ROOT / "bundled" / "libs"
STAMP = ROOT / "bundled" / "libs.sha256"


def install_packages() -> None:
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return
    shutil.rmtree(LIBS.parent, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--no-compile",
    ]
    pure = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.10"]
    subprocess.run(
        [*pip, *pure, "--no-deps", "--require-hashes", f"--target={LIBS}", f"--requirement={LOCK}"], check=True
    )
    compiled = sorted(file.name for pattern in ("*.so", "*.pyd") for file in LIBS.rglob(pattern))
    if compiled:
        sys.exit(f"bundle: these packages are not pure Python: {', '.join(compiled)}")
    shutil.rmtree(LIBS / "bin", ignore_errors=True)
    STAMP.write_text(digest)


def copy_server() -> None:
    target = LIBS / "flask_ls"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "server" / "flask_ls", target, ignore=shutil.ignore_patterns("__pycache__", "*.py[co]"))


if __name__ == "__main__":
    install_packages()
    copy_server()
