"""Settings as the clients send them."""

from __future__ import annotations

import logging

import pytest

from flask_ls.lsp.settings import ClientSettings, parse


@pytest.mark.parametrize(
    "raw",
    [
        {"ignore": ["FLK905"]},
        {"flask-ls": {"ignore": ["FLK905"]}},
        {"settings": {"ignore": ["FLK905"]}},
        {"settings": {"flask-ls": {"ignore": ["FLK905"]}}},
        {"flask-ls.ignore": ["FLK905"]},
    ],
)
def test_every_shape_means_the_same(raw: object) -> None:
    assert parse(raw).project == {"ignore": ["FLK905"]}


@pytest.mark.parametrize("raw", [None, [], "x", 3, {}, {"flask-ls": None}])
def test_nothing_is_no_settings(raw: object) -> None:
    assert parse(raw).project == {} or raw == {"flask-ls": None}
    assert parse(raw).problems == ()


def test_values_that_nobody_filled_in_leave_the_project_alone() -> None:
    assert parse({"select": [], "app": "", "severity": {}, "exclude": None}) == ClientSettings()


def test_settings_of_the_launcher_are_not_ours() -> None:
    raw = {"enable": True, "interpreter": ["python3"], "importStrategy": "useBundled", "trace": {"server": "off"}}
    assert parse(raw) == ClientSettings()


def test_exclude_adds_to_what_is_left_out_anyway() -> None:
    assert parse({"exclude": ["legacy"]}).project == {"extend-exclude": ["legacy"]}


def test_settings_of_the_server() -> None:
    found = parse({"logLevel": "debug", "showNotifications": "onError", "diagnosticMode": "workspace"})
    assert (found.log_level, found.notifications, found.diagnostic_mode) == (logging.DEBUG, "onError", "workspace")


def test_bad_values_are_named_and_left_out() -> None:
    found = parse({"logLevel": "loud", "diagnosticMode": 3})
    assert found.log_level == logging.INFO
    assert found.problems == (
        "`flask-ls.logLevel` must be one of error, warning, info, debug, not 'loud'.",
        "`flask-ls.diagnosticMode` must be one of openFilesOnly, workspace, not 3.",
    )
