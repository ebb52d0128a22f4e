"""Flask-SSE: a blueprint with the stream of events."""

from flask import Blueprint


class ServerSentEventsBlueprint(Blueprint):
    def publish(self, data, type=None, id=None, retry=None, channel="sse"): ...

    def messages(self, channel="sse"): ...

    def stream(self): ...


sse = ServerSentEventsBlueprint("sse", __name__)
sse.add_url_rule(rule="", endpoint="stream", view_func=sse.stream)
