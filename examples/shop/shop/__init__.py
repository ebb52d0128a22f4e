"""The application factory."""

from flask import Flask

from shop import admin, cart, catalog, errors
from shop.config import Config
from shop.extensions import db


def create_app(config=Config):
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)
    app.register_blueprint(catalog.bp, url_prefix="/products")
    app.register_blueprint(cart.bp, url_prefix="/cart")
    app.register_blueprint(admin.bp, url_prefix="/admin")
    app.register_blueprint(errors.bp)

    @app.cli.command("init-db")
    def init_db():
        """Create the tables and two products."""
        db.create_all()
        catalog.add_examples()

    return app
