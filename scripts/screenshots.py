"""Takes the pictures of the README again: docs/images/hover.png and quick-fix.png.

Needs what scripts/install-editors.sh installs and npm ci. Look at the pictures before they are committed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "editors"))

from code_server import CodeServer, build_vsix  # noqa: E402

PROJECT = ROOT / "examples" / "shop"
FILE = "shop/cart.py"
TEXT = "current_app, placed"
HOVER = "FLK105"
APPEARANCE = {
    "window.commandCenter": False,
    "workbench.layoutControl.enabled": False,
    "editor.minimap.enabled": False,
    "editor.fontSize": 14,
    "editor.hover.above": False,
    "editor.scrollbar.horizontal": "hidden",
    "workbench.colorTheme": "Default Light Modern",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        workspace = Path(shutil.copytree(PROJECT, folder / PROJECT.name))
        before, _, _ = (workspace / FILE).read_text(encoding="utf-8").partition(TEXT)
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n") + 1
        editor = CodeServer(folder / "home")
        editor.configure(APPEARANCE)
        editor.install(build_vsix(folder))
        images = ROOT / "docs" / "images"
        images.mkdir(parents=True, exist_ok=True)
        with editor.serve(workspace, "--disable-workspace-trust") as url:
            editor.browse("screenshot.js", url, FILE, str(line), str(column), HOVER, str(images))
    for image in sorted(images.glob("*.png")):
        print(f"{image.relative_to(ROOT)}: {image.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
