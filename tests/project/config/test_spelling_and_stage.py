"""Which key was meant, and for which stage a name speaks."""

from __future__ import annotations

import pytest

from flask_ls.project.config.keys import keys_of_packages
from flask_ls.project.config.spelling import distance, meant_key
from flask_ls.project.config.stage import stage_of_name

KEYS = keys_of_packages(frozenset({"flask_sqlalchemy", "flask_jwt_extended"}))


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("SECRETKEY", "SECRET_KEY"),
        ("secret_key", "SECRET_KEY"),
        ("SECRET-KEY", "SECRET_KEY"),
        ("SECERT_KEY", "SECRET_KEY"),
        ("SECRET_KEY_FALLBACK", "SECRET_KEY_FALLBACKS"),
        ("COOKIE_SESSION_SECURE", "SESSION_COOKIE_SECURE"),
        ("SESSION_COOKIE_SAME_SITE", "SESSION_COOKIE_SAMESITE"),
        ("MAX_CONTENT_LENGHT", "MAX_CONTENT_LENGTH"),
        ("SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI"),
        ("SQLALCHEMY_TRACK_MODIFICATION", "SQLALCHEMY_TRACK_MODIFICATIONS"),
        ("TESTNG", "TESTING"),
        ("SEND_FILE_MAX_AGE_DEFAULTS", "SEND_FILE_MAX_AGE_DEFAULT"),
        ("JWT_SECRET_KY", "JWT_SECRET_KEY"),
        # Names of their own, however near:
        ("SECRET_KEY", None),
        ("SECRET_KEYS", None),
        ("SECRET_KEY2", None),
        ("AWS_SECRET_KEY", None),
        ("SESSION_COOKIE_SECRET", None),
        ("SESSION_COOKIE", None),
        ("UPLOAD_FOLDER", None),
        ("KEY", None),
        ("DEBUGS", None),
        ("EN", None),
        ("SECRET_ID", None),
    ],
)
def test_meant_key(key: str, meant: str | None) -> None:
    assert meant_key(key, KEYS) == meant


def test_keys_of_extensions_count_where_they_are_imported() -> None:
    assert meant_key("SQLALCHEMY_DATABASE_URL", keys_of_packages(frozenset())) is None


@pytest.mark.parametrize(
    ("a", "b", "expected"), [("ab", "ab", 0), ("ab", "ba", 1), ("abc", "ac", 1), ("abc", "xyz", 3)]
)
def test_distance_counts_swaps_once_and_stops_above_the_limit(a: str, b: str, expected: int) -> None:
    assert distance(a, b, 2) == expected


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("TestingConfig", "test"),
        ("dev", "development"),
        ("LocalSettings", "development"),
        ("config.production", "production"),
        ("HerokuConfig", "production"),
        ("Config", "any"),
        ("DevelopementConfig", "development"),
        ("LatestConfig", "any"),
        ("DeviceConfig", "any"),
        ("pytestconfig", "test"),
        ("devsettings", "development"),
        ("webdev", "development"),
        ("config", "any"),
    ],
)
def test_stage_of_name(name: str, stage: str) -> None:
    assert stage_of_name(name) == stage
