"""Settings from files and clients: what is taken over, and how a mistake is described."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_ls.project.settings import ConfigFile, Settings, find_config, parse_options, read_config

CODES = ("FLK101", "FLK105", "FLK905")


def read(folder: Path, text: str, name: str = "flask-ls.toml") -> ConfigFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_config(str(path), CODES)


def test_every_setting_is_read_from_a_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        select = ["FLK1", "flk905"]
        extend-select = ["FLK101"]
        ignore = ["FLK105"]
        severity = { FLK905 = "error", FLK1 = "off" }
        per-file-ignores = { "tests/*" = ["FLK905"] }
        exclude = ["generated"]
        extend-exclude = ["/data"]
        environment = "venv"
        app = "shop.create_app"
        source = ["src"]
        respect-gitignore = false
        """,
    )
    assert config.problems == ()
    settings = Settings().merged(config.values)
    assert settings.select == ("FLK1", "FLK905")
    assert settings.extend_select == ("FLK101",)
    assert settings.ignore == ("FLK105",)
    assert settings.severity == {"FLK905": "error", "FLK1": "off"}
    assert settings.per_file_ignores == {"tests/*": ("FLK905",)}
    assert (settings.exclude, settings.extend_exclude) == (("generated",), ("/data",))
    assert (settings.environment, settings.app, settings.source) == ("venv", "shop.create_app", ("src",))
    assert settings.respect_gitignore is False


def test_the_table_of_pyproject_is_read(tmp_path: Path) -> None:
    config = read(tmp_path, '[project]\nname = "x"\n[tool.flask-ls]\nignore = ["FLK101"]\n', "pyproject.toml")
    assert config.values == {"ignore": ("FLK101",)}


@pytest.mark.parametrize(
    ("text", "row", "parts"),
    [
        ('selct = ["FLK1"]', 0, ["`selct` is no setting", "Did you mean `select`?"]),
        ("\nunheard-of = 1", 1, ["`unheard-of` is no setting", "Known are: select"]),
        ('select = "FLK1"', 0, ["must be a list of strings", 'write ["FLK1"]']),
        ("select = [1]", 0, ["must be a list of strings"]),
        ('\n\nselect = ["FLK906"]', 2, ["no rule has the code `FLK906`", "Did you mean `FLK905`?"]),
        ('select = ["E501"]', 0, ["no rule has the code `E501`", "flask-ls rule --all"]),
        ('severity = { FLK905 = "fatal" }', 0, ["'fatal' for FLK905", "one of error, warning"]),
        ('[severity]\nFLK905 = "eror"', 0, ["'eror'", "Did you mean `error`?"]),
        ("severity = 3", 0, ["must be a table"]),
        ('respect-gitignore = "no"', 0, ["must be true or false"]),
        ("environment = 3", 0, ["must be a string"]),
        ('per-file-ignores = { "a.py" = "FLK905" }', 0, ['for "a.py" must be a list of codes']),
        ("select = [", 0, ["is no valid TOML"]),
        ("a = 1\nb = = 2", 1, ["is no valid TOML"]),
    ],
)
def test_a_mistake_is_described_with_its_place(tmp_path: Path, text: str, row: int, parts: list[str]) -> None:
    problems = read(tmp_path, text).problems
    assert len(problems) == 1
    assert problems[0].row == row
    for part in parts:
        assert part in problems[0].message
    assert str(problems[0]).startswith(f"{tmp_path}/flask-ls.toml:{row + 1}: ")


def test_what_is_right_counts_beside_a_mistake(tmp_path: Path) -> None:
    config = read(tmp_path, 'ignore = ["FLK101"]\nselect = 3\n')
    assert config.values == {"ignore": ("FLK101",)}
    assert len(config.problems) == 1


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "flask-ls.toml"
    path.write_bytes(b'app = "caf\xe9"')
    assert "not UTF-8" in read_config(str(path)).problems[0].message


def test_a_table_that_is_no_table(tmp_path: Path) -> None:
    config = read(tmp_path, "[tool]\nflask-ls = 3\n", "pyproject.toml")
    assert config.values == {}
    assert "must be a table" in config.problems[0].message


def test_the_nearest_file_wins_and_the_own_file_within_a_folder(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    outer = tmp_path / "pyproject.toml"
    outer.write_text("[tool.flask-ls]\n")
    assert find_config(str(inner)) == str(outer)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'no table here'\n")
    assert find_config(str(inner)) == str(outer)
    (tmp_path / "flask-ls.toml").write_text("")
    assert find_config(str(inner)) == str(tmp_path / "flask-ls.toml")
    (inner / "flask-ls.toml").write_text("")
    assert find_config(str(inner)) == str(inner / "flask-ls.toml")


def test_options_of_a_client_may_be_spelt_in_camel_case() -> None:
    problems: list[tuple[str, str]] = []
    values = parse_options(
        {"extendSelect": ["flk1"], "respect_gitignore": True, "app": None, "fooBar": 1},
        lambda key, message: problems.append((key, message)),
    )
    assert values == {"extend_select": ("FLK1",), "respect_gitignore": True}
    assert [key for key, _ in problems] == ["fooBar"]


def test_merging_replaces_lists_and_adds_to_the_extending_ones() -> None:
    first = Settings().merged({"select": ("FLK1",), "extend_select": ("FLK2",), "severity": {"FLK1": "off"}})
    second = first.merged({"select": ("FLK9",), "extend_select": ("FLK3",), "severity": {"FLK2": "hint"}})
    assert second.select == ("FLK9",)
    assert second.extend_select == ("FLK2", "FLK3")
    assert second.severity == {"FLK1": "off", "FLK2": "hint"}
    assert first.severity == {"FLK1": "off"}
