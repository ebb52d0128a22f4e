"""Tests of the shop."""

import pytest
from flask import session

from shop import create_app
from shop.catalog import add_examples
from shop.config import TestConfig
from shop.extensions import db


@pytest.fixture
def client():
    app = create_app(TestConfig)
    with app.app_context():
        db.create_all()
        add_examples()
        yield app.test_client()


def test_product_page(client):
    assert "Teapot" in client.get("/products/1").text


def test_cart_remembers(client):
    client.post("/cart/add/1")
    assert session["items"] == [1]
