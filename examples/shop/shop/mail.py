"""Mail to customers; printed, so that the example needs no mail server."""

from flask import render_template


def send_confirmation(app, email):
    with app.app_context():
        print(f"To: {email}\n\n{render_template('confirmation.txt')}")
