"""Which file is which module."""

from __future__ import annotations

import pytest

from flask_ls.project.modules import ModuleIndex, resolve_relative


def index(*files: str, folders: tuple[str, ...] = ("/ws",), roots: tuple[str, ...] = ()) -> ModuleIndex:
    return ModuleIndex([f"/ws/{f}" for f in files], folders, roots)


def names(i: ModuleIndex) -> dict[str, str]:
    return {m.path.removeprefix("/ws/"): m.name for m in i}


def test_names_follow_packages_and_source_folders() -> None:
    assert names(
        index(
            "run.py",
            "shop/__init__.py",
            "shop/users/views.py",
            "src/lib/__init__.py",
            "src/lib/a.py",
            "backend/app/__init__.py",
            "backend/wsgi.py",
            "scripts/load.py",
            "my-svc/main.py",
        )
    ) == {
        "run.py": "run",
        "shop/__init__.py": "shop",
        "shop/users/views.py": "shop.users.views",
        "src/lib/__init__.py": "lib",
        "src/lib/a.py": "lib.a",
        "backend/app/__init__.py": "app",
        "backend/wsgi.py": "wsgi",
        "scripts/load.py": "scripts.load",
        "my-svc/main.py": "main",
    }


def test_a_folder_without_init_belongs_to_the_package_around_it() -> None:
    found = names(
        index(
            "app/__init__.py",
            "app/parts/users/__init__.py",
            "app/parts/users/views.py",
            "app/static-site/build/__init__.py",
            "app/src/tool/__init__.py",
            "app/nested/wsgi.py",
            "app/nested/shop/__init__.py",
        )
    )
    assert found["app/parts/users/__init__.py"] == "app.parts.users"
    assert found["app/parts/users/views.py"] == "app.parts.users.views"
    assert found["app/static-site/build/__init__.py"] == "build"
    assert found["app/src/tool/__init__.py"] == "tool"
    assert found["app/nested/shop/__init__.py"] == "shop"


def test_equal_names_in_two_roots_stay_apart() -> None:
    i = index("svc-a/app.py", "svc-a/models.py", "svc-b/app.py", "svc-b/models.py")
    assert len({m.name for m in i}) == 4
    b = i.by_path("/ws/svc-b/app.py")
    assert b is not None
    found = i.find("models", b)
    assert found is not None
    assert found.path == "/ws/svc-b/models.py"


def test_the_workspace_folder_may_itself_be_a_package() -> None:
    i = index("__init__.py", "views.py")
    init = i.by_path("/ws/__init__.py")
    assert init is not None
    assert init.is_package
    found = i.find_relative(init, 1, "views")
    assert found is not None
    assert found.path == "/ws/views.py"


@pytest.mark.parametrize(
    ("module", "is_package", "level", "target", "expected"),
    [
        ("a.b.c", False, 0, "x", "x"),
        ("a.b.c", False, 1, "x", "a.b.x"),
        ("a.b.c", False, 1, None, "a.b"),
        ("a.b", True, 1, "x", "a.b.x"),
        ("a.b", True, 2, None, "a"),
        ("a", False, 1, None, ""),
        ("a", False, 3, "x", "...x"),
    ],
)
def test_relative_names(module: str, is_package: bool, level: int, target: str | None, expected: str) -> None:
    assert resolve_relative(module, is_package, level, target) == expected


def test_imports_are_found_by_place() -> None:
    i = index(
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/sub/b.py",
        "tools/helper.py",
        "tools/run.py",
        "other-root/json.py",
        "other-root/far/__init__.py",
    )
    a, run = i.by_path("/ws/pkg/a.py"), i.by_path("/ws/tools/run.py")
    assert a is not None
    assert run is not None

    def path(name: str, importer: object = a) -> str | None:
        found = i.find(name, importer)  # type: ignore[arg-type]
        return found.path if found else None

    assert path("pkg") == "/ws/pkg/__init__.py"
    assert path("pkg.sub.b") == "/ws/pkg/sub/b.py"
    assert path("pkg.sub") == "/ws/pkg/sub"
    assert path("helper", run) == "/ws/tools/helper.py"
    assert path("helper") is None
    assert path("far") == "/ws/other-root/far/__init__.py"
    assert path("json") is None
    assert path("flask") is None
    sub = i.find_relative(a, 1, "sub")
    assert sub is not None
    assert sub.is_namespace


def test_children_are_what_pkgutil_lists() -> None:
    i = index("p/__init__.py", "p/b.py", "p/a/__init__.py", "p/ns/x.py")
    package = i.find("p")
    assert package is not None
    assert [m.import_name for m in i.children(package)] == ["p.a", "p.b"]
    assert i.files_in("/ws/p") == ["__init__.py", "a", "b.py", "ns"]


def test_owner_splits_at_the_longest_module() -> None:
    i = index("p/__init__.py", "p/q.py")
    for dotted, expected in {
        "p.q.bp.x": ("p.q", "bp.x"),
        "p.create": ("p", "create"),
        "p.q": ("p.q", ""),
    }.items():
        found = i.owner(dotted)
        assert found is not None
        assert (found[0].name, found[1]) == expected
    assert i.owner("zzz.y") is None


def test_a_nested_project_without_packages_imports_from_its_own_folder() -> None:
    index = ModuleIndex(["/w/shop/app.py", "/w/shop/models.py", "/w/shop/routes/cart.py", "/w/blog/models.py"], ["/w"])
    found = index.find("models", index.by_path("/w/shop/routes/cart.py"))
    assert found is not None
    assert found.path == "/w/shop/models.py"


def test_a_source_folder_that_is_a_package_by_mistake_is_on_the_import_path_too() -> None:
    i = index("wsgi.py", "src/__init__.py", "src/shop/__init__.py", "src/shop/views.py", "src/json.py")
    for importer in ("wsgi.py", "src/shop/views.py"):
        found = i.find("shop.views", i.by_path(f"/ws/{importer}"))
        assert found is not None
        assert found.path == "/ws/src/shop/views.py"
    assert i.find("json", i.by_path("/ws/wsgi.py")) is None
    i = index("__init__.py", "src/__init__.py", "src/shop/__init__.py", "src/shop/views.py")
    assert i.find("shop.views", i.by_path("/ws/src/shop/__init__.py")) is not None
