"""The cart, kept in the session, and orders."""

from threading import Thread

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from shop.extensions import db
from shop.mail import send_confirmation
from shop.models import Order

bp = Blueprint("cart", __name__)


@bp.get("/")
def show():
    return render_template("cart.html", items=session.get("items", []))


@bp.post("/add/<int:product_id>")
def add(product_id):
    session.setdefault("items", []).append(product_id)
    return redirect(url_for("cart.show"))


@bp.post("/order")
def order():
    placed = Order(email=request.form["email"])
    db.session.add(placed)
    Thread(target=send_confirmation, args=(current_app, placed.email)).start()
    session.pop("items", None)
    return redirect(url_for("catalog.index"))
