"""URIs of clients on all systems, whatever system the test runs on."""

from __future__ import annotations

import pytest

from flask_ls.lsp import uris


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/app.py", "/home/me/app.py"),
        ("file:/home/me/app.py", "/home/me/app.py"),
        ("file://localhost/home/me/app.py", "/home/me/app.py"),
        ("file:///a%20b/%C3%A9%23.py", "/a b/é#.py"),
        ("file:///a/../b/./app.py", "/b/app.py"),
        ("FILE:///a/app.py", "/a/app.py"),
        ("file:///%FF.py", "/\udcff.py"),
        ("file:///a\x00b", None),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/a.ipynb#W0s", None),
        ("git:/a.py?ref", None),
        ("", None),
        ("file:", None),
    ],
)
def test_path_on_posix(uri: str, path: str | None) -> None:
    assert uris.to_path(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Users/me/app.py", "C:/Users/me/app.py"),
        ("file:///C:/Users/me/app.py", "C:/Users/me/app.py"),
        ("file:///c:/Users/me%5Capp.py", "C:/Users/me/app.py"),
        ("file://server/share/app.py", "//server/share/app.py"),
        ("file:///c:/", "C:/"),
    ],
)
def test_path_on_windows(uri: str, path: str) -> None:
    assert uris.to_path(uri, windows=True) == path


def test_spellings_of_one_windows_file_are_one_document() -> None:
    spellings = {"file:///c%3A/Shop/App.py", "file:///C:/shop/app.py", "file:///c:/SHOP/app.PY"}
    assert len({uris.key(uri, windows=True) for uri in spellings}) == 1


def test_posix_paths_keep_their_case() -> None:
    assert uris.key("file:///a/App.py", windows=False) != uris.key("file:///a/app.py", windows=False)


@pytest.mark.parametrize("path", ["/home/me/app.py", "/a b/é#?%.py", "/\udcff.py", "/~me/x.py", "/a:b/c.py"])
def test_there_and_back_on_posix(path: str) -> None:
    assert uris.to_path(uris.from_path(path), windows=False) == path


@pytest.mark.parametrize("path", ["C:/Users/me/app.py", "C:/a b/é.py", "//server/share/a.py"])
def test_there_and_back_on_windows(path: str) -> None:
    assert uris.to_path(uris.from_path(path), windows=True) == path
