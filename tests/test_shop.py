"""``examples/shop`` has the mistakes it is meant to have, and no others; it is a Flask app that starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flask_ls.features.check import check_texts

SHOP = Path(__file__).parent.parent / "examples" / "shop"
MISTAKES = {
    ("Dockerfile", 6, "FLK801"),
    ("run.py", 8, "FLK501"),
    ("run.py", 8, "FLK502"),
    ("scripts/list_routes.py", 3, "FLK302"),
    ("shop/admin.py", 14, "FLK601"),
    ("shop/cart.py", 21, "FLK408"),
    ("shop/cart.py", 28, "FLK701"),
    ("shop/cart.py", 29, "FLK105"),
    ("shop/catalog.py", 15, "FLK905"),
    ("shop/catalog.py", 30, "FLK902"),
    ("shop/catalog.py", 35, "FLK901"),
    ("shop/config.py", 7, "FLK402"),
    ("shop/config.py", 9, "FLK407"),
    ("shop/models.py", 17, "FLK706"),
    ("tests/test_shop.py", 27, "FLK206"),
}


def test_the_shop_has_the_mistakes_it_is_meant_to_have() -> None:
    files = {
        str(p): p.read_text()
        for p in SHOP.rglob("*")
        if p.is_file() and p.suffix != ".pyc" and "instance" not in p.parts
    }
    found = {
        (Path(f.path).relative_to(SHOP).as_posix(), files[f.path].count("\n", 0, f.span.start) + 1, f.code)
        for f in check_texts(files, folder=str(SHOP))
    }
    assert found >= MISTAKES
    # Rules that are newer than this list may find more, but nothing in the lines without a mistake.
    assert {(path, line) for path, line, _ in found} <= {(path, line) for path, line, _ in MISTAKES} | {
        ("shop/errors.py", 8),
        ("shop/catalog.py", 41),
        ("shop/__init__.py", 8),
    }


def test_the_shop_starts() -> None:
    code = "from shop import create_app; print(sorted(r.endpoint for r in create_app().url_map.iter_rules()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=SHOP, capture_output=True, text=True, check=False)
    assert "catalog.index" in done.stdout, done.stderr
