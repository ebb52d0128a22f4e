"""Products: a list, a page for each, a feed."""

import json

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from shop.extensions import db
from shop.models import Product

bp = Blueprint("catalog", __name__)


@bp.get("/")
def index():
    page = int(request.args.get("page", 1))
    size = current_app.config["PRODUCTS_PER_PAGE"]
    products = db.session.execute(db.select(Product).limit(size).offset((page - 1) * size)).scalars()
    return render_template("catalog/index.html", products=products, page=page)


@bp.get("/<int:product_id>")
def show(product_id):
    product = db.get_or_404(Product, product_id)
    return render_template("catalog/show.html", product=product)


@bp.get("/feed")
def feed():
    names = [p.name for p in db.session.scalars(db.select(Product))]
    return json.dumps({"products": names}), 200


@bp.get("/latest")
def latest():
    return redirect("/products/1")


@bp.get("/cheapest")
def cheapest():
    product = db.session.scalars(db.select(Product).order_by(Product.price)).first()
    return redirect(url_for("catalog.show", id=product.id))


def add_examples():
    """Two products to look at."""
    db.session.add_all([Product(name="Teapot", price=2500), Product(name="Cup", price=700)])
    db.session.commit()
