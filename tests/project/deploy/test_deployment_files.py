"""What deployment files say, with the places of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.project.deploy import DeploymentFile, invocations, read_deployment
from flask_ls.project.deploy.kinds import deployment_kind, is_development_path

COMPOSE = """\
services:
  web:
    environment:
      FLASK_ENV: development  # why
      PORT: 80
    command: flask run --host=0.0.0.0
  api:
    environment:
      - FLASK_ENV=production
      - PASSED_ON
    entrypoint: ["gunicorn", "-w", "4"]
    command: ["app:app"]
  cron:
    command: >
      sh -c "flask db upgrade &&
      exec gunicorn app:app"
"""
DOCKERFILE = """\
FROM python:3.12 AS base
ENV FLASK_ENV=production
ENV A=1 FLASK_ENV="development" \\
    # a comment between
    B=2
ENV FLASK_ENV staging
RUN pip install x && FLASK_ENV=testing flask db upgrade
ENTRYPOINT ["gunicorn"]
CMD ["-b", "0.0.0.0:80", "app:app"]
"""
SCRIPT = """\
#!/bin/sh
export FLASK_ENV=development FLASK_APP=shop
export FLASK_ENV=production
if [ "$1" = dev ]; then
  FLASK_DEBUG=1 flask run --port "$PORT" &
else
  exec gunicorn "shop:create_app('x')" > log 2>&1
fi
cat <<END
flask run
END
"""


def read(path: str, text: str) -> DeploymentFile:
    document = read_deployment(path, text)
    assert document is not None
    return document


def values(path: str, text: str, name: str) -> list[str | None]:
    return [v.value for v in read(path, text).variables if v.name == name]


def started(path: str, text: str) -> list[tuple[str, list[str]]]:
    return [(i.program, i.texts) for c in read(path, text).commands for i in invocations(c)]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/p/.env", "dotenv"),
        ("/p/.env.production", "dotenv"),
        ("/p/.flaskenv", "dotenv"),
        ("/p/Dockerfile.prod", "dockerfile"),
        ("/p/docker-compose.dev.yml", "compose"),
        ("/p/compose.yaml", "compose"),
        ("/p/Procfile", "procfile"),
        ("/p/deploy/shop.service", "systemd"),
        ("/p/boot.sh", "shell"),
        ("/p/k8s/web.yaml", "descriptor"),
        ("/p/.github/workflows/ci.yml", "workflow"),
        ("/p/gunicorn.conf.py", "gunicorn"),
        ("/p/tests/test_gunicorn_config.py", None),
        ("/p/mkdocs.yml", None),
        ("/p/app.py", None),
    ],
)
def test_kind_by_name(path: str, kind: str | None) -> None:
    assert deployment_kind(path) == kind


def test_names_that_keep_away_from_production() -> None:
    assert is_development_path("/p/docker-compose.dev.yml")
    assert is_development_path("/p/.flaskenv")
    assert is_development_path("/p/docker-compose.override.yml")
    assert is_development_path("/p/Procfile.windows")
    assert not is_development_path("/p/devices/Dockerfile")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".env", "A=1\nFLASK_ENV=development # no\nexport FLASK_ENV='a b'\n", ["development", "a b"]),
        (".env", "#FLASK_ENV=x\nFLASK_ENV\n", [None]),
        ("Dockerfile", DOCKERFILE, ["production", "development", "staging", "testing"]),
        ("compose.yml", COMPOSE, ["development", "production"]),
        ("Procfile", "web: FLASK_ENV=production gunicorn app:app\n", ["production"]),
        ("x.service", '[Service]\nEnvironment="FLASK_ENV=a b" B=c\nEnvironment=FLASK_ENV=d\n', ["a b", "d"]),
        ("run.sh", SCRIPT, ["development", "production"]),
        ("Makefile", "export FLASK_ENV=a\nrun:\n\t@FLASK_ENV=b flask run\n", ["a", "b"]),
        ("fly.toml", '[env]\n  FLASK_ENV = "production"\n', ["production"]),
        ("supervisord.conf", '[program:web]\nenvironment=A="b",FLASK_ENV="c"\n', ["c"]),
        ("uwsgi.ini", "[uwsgi]\nenv = FLASK_ENV=production\n", ["production"]),
        ("gunicorn.conf.py", 'raw_env = ["FLASK_ENV=production"]\n', ["production"]),
        ("k8s/web.yml", "spec:\n  env:\n    - name: FLASK_ENV\n      value: a\n", ["a"]),
        ("app.json", '{"env": {"FLASK_ENV": {"value": "a"}}}', ["a"]),
        ("run.sh", "docker run -e FLASK_ENV=a image\n", ["a"]),
    ],
)
def test_variables_stand_where_they_say(path: str, text: str, expected: list[str | None]) -> None:
    assert values(f"/p/{path}", text, "FLASK_ENV") == expected
    for variable in read(f"/p/{path}", text).variables:
        assert text[variable.name_span.start : variable.name_span.end] == variable.name
        if variable.value_span is not None and variable.value is not None:
            assert variable.value in text[variable.value_span.start : variable.value_span.end]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Procfile", "web: cd x && python -m flask run\n", [("cd", ["x"]), ("flask", ["run"])]),
        ("Procfile", "web: poetry run gunicorn -w 4 app:app\n", [("gunicorn", ["-w", "4", "app:app"])]),
        ("Procfile", "web: exec env A=1 gunicorn app:app\n", [("gunicorn", ["app:app"])]),
        (
            "Dockerfile",
            DOCKERFILE,
            [
                ("pip", ["install", "x"]),
                ("flask", ["db", "upgrade"]),
                ("gunicorn", []),
                ("gunicorn", ["-b", "0.0.0.0:80", "app:app"]),
            ],
        ),
        ("Dockerfile", 'FROM x\nCMD ["flask", "run"]\nCMD ["gunicorn", "a:b"]\n', [("gunicorn", ["a:b"])]),
        ("Dockerfile", "FROM x AS dev\nCMD flask run\nFROM x\nCMD gunicorn a:b\n", [("gunicorn", ["a:b"])]),
        (
            "Dockerfile",
            "FROM x AS base\nCMD gunicorn a:b\nFROM base\nRUN pip list\n",
            [
                ("gunicorn", ["a:b"]),
                ("pip", ["list"]),
            ],
        ),
        (
            "compose.yml",
            COMPOSE,
            [
                ("flask", ["run", "--host=0.0.0.0"]),
                ("gunicorn", ["-w", "4", "app:app"]),
                ("flask", ["db", "upgrade"]),
                ("gunicorn", ["app:app"]),
            ],
        ),
        (
            "run.sh",
            SCRIPT,
            [
                ("[", ["$1", "=", "dev", "]"]),
                ("flask", ["run", "--port", "$PORT"]),
                ("gunicorn", ["shop:create_app('x')"]),
                ("cat", []),
            ],
        ),
        ("x.service", "[Service]\nExecStart=/v/bin/gunicorn \\\n  app:app\n", [("gunicorn", ["app:app"])]),
    ],
)
def test_what_is_started(path: str, text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert started(f"/p/{path}", text) == expected


def test_words_of_a_quoted_shell_command_have_their_own_places() -> None:
    text = 'CMD ["sh", "-c", "exec flask run --host 0.0.0.0"]\n'
    (command,) = read("/p/Dockerfile", text).commands
    (invocation,) = invocations(command)
    assert [text[w.span.start : w.span.end] for w in invocation.arguments] == ["run", "--host", "0.0.0.0"]


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        (".env", "A=1\nFLASK_ENV=x\nB=2\n", "A=1\nB=2\n"),
        ("Dockerfile", "FROM x\nENV FLASK_ENV=x\nCMD y\n", "FROM x\nCMD y\n"),
        ("Dockerfile", "ENV FLASK_ENV=x \\\n    B=2\n", "ENV B=2\n"),
        ("compose.yml", "environment:\n  - FLASK_ENV=x\n  - B=1\n", "environment:\n  - B=1\n"),
        ("Procfile", "web: FLASK_ENV=x gunicorn app\n", "web: gunicorn app\n"),
    ],
)
def test_removal_leaves_a_valid_file(path: str, text: str, left: str) -> None:
    variable = read(f"/p/{path}", text).variable("FLASK_ENV")
    assert variable is not None
    assert variable.removal is not None
    assert text[: variable.removal.start] + text[variable.removal.end :] == left


def test_the_only_entry_of_a_mapping_cannot_be_removed() -> None:
    variable = read("/p/compose.yml", "environment:\n  FLASK_ENV: x\n").variable("FLASK_ENV")
    assert variable is not None
    assert variable.removal is None


def test_broken_yaml_is_a_problem_and_no_error() -> None:
    assert read("/p/compose.yml", "services:\n  web: {\n").problem


@pytest.mark.parametrize(
    "path", ["/p/.env", "/p/Dockerfile", "/p/compose.yml", "/p/Procfile", "/p/x.service", "/p/x.sh", "/p/fly.toml"]
)
@given(text=st.text(alphabet="ENV=\"'\\\n#$(){}[]|&;<>:- ab\t\r", max_size=60))
def test_any_text_is_read_with_spans_inside_it(path: str, text: str) -> None:
    document = read(path, text)
    for variable in document.variables:
        for span in (variable.span, variable.name_span, variable.value_span, variable.removal):
            assert span is None or 0 <= span.start <= span.end <= len(text)
    for command in document.commands:
        assert 0 <= command.span.start <= command.span.end <= len(text)
        list(invocations(command))
