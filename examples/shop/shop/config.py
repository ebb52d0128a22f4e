"""Configuration of the shop."""

import os


class Config:
    SECRET_KEY = os.environ.get("SHOP_SECRET_KEY") or "change-me"
    SQLALCHEMY_DATABASE_URI = os.environ.get("SHOP_DATABASE", "sqlite:///shop.db")
    SESSION_COOKIE_HTTPONLY = False
    PRODUCTS_PER_PAGE = 20


class TestConfig(Config):
    TESTING = True
    SECRET_KEY = "test"
    SQLALCHEMY_DATABASE_URI = "sqlite:///:memory:"
