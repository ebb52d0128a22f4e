"""La boutique d'été 𝄞: the file that the tests open in real editors."""

from threading import Thread

from flask import Flask, current_app, redirect, request

app = Flask(__name__)


def record(name, application):
    application.logger.info("new visitor: %s", name)


@app.get("/login")
def login():
    return {"title": "été 𝄞"}


@app.get("/")
def index():
    Thread(target=record, args=("été 𝄞", current_app)).start()
    return redirect("/login")


@app.get("/page")
def page():
    return {"été 𝄞": int(request.args.get("page", 1))}


if __name__ == "__main__":
    app.run(debug=True)
