"""Prints the URLs of the shop."""

from shop import app

with app.app_context():
    for rule in app.url_map.iter_rules():
        print(rule)
