"""A program with one finding that has a safe fix."""

from __future__ import annotations

APP = """\
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return "é𝄞" + str(int(request.args.get("page", 1)))
"""
CLEAN = APP.replace('int(request.args.get("page", 1))', 'request.args.get("page", default=1, type=int)')
