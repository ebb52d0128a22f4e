"""What goes wrong costs one answer; what takes long can be stopped."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest
from client_capabilities import NEOVIM_07, NEOVIM_11, VSCODE
from language_client import Client, ResponseError
from sample_app import APP

ODD = Path(__file__).with_name("odd_server.py")


def odd(*additions: str) -> list[str]:
    return [sys.executable, str(ODD), *additions]


def test_a_rule_that_raises_loses_only_its_own_findings(project: Path) -> None:
    text = APP + "\nCRASH_RULE = 1\n"
    with Client(NEOVIM_11, project, command=odd("crash")) as client:
        uri = client.open(project / "app.py", text)
        assert [d["code"] for d in client.pull(uri)["items"]] == ["FLK905"]
        log = client.wait_for(lambda m: m.get("method") == "window/logMessage" and m["params"]["type"] == 1)
        assert "a rule went wrong" in log["params"]["message"]
        assert client.of("window/showMessage") == []
        assert client.leave() == 0
        assert client.stderr == b""


def test_an_internal_error_costs_one_answer(project: Path) -> None:
    with Client(NEOVIM_11, project, command=odd("hover")) as client:
        uri = client.open(project / "app.py")
        with pytest.raises(ResponseError) as failed:
            client.hover(uri, 7, 30)
        assert failed.value.code == -32603
        assert len(client.pull(uri)["items"]) == 1
        assert client.of("window/showMessage") == [], "pop-ups are for those who ask for them"
        assert client.leave() == 0


def test_a_text_that_cannot_be_taken_over_costs_only_its_own_answer(project: Path) -> None:
    with Client(NEOVIM_07, project, command=odd("text")) as client:
        other = client.open(project / "other.py", APP)
        uri = client.open(project / "app.py")
        client.wait_for_diagnostics(uri, version=1)
        client.wait_for_diagnostics(other, version=1)
        bad = client.change(uri, "BAD_TEXT = 1\n")
        client.change(other, APP + "\n")
        client.wait_for_diagnostics(other, version=2)
        good = client.change(uri, APP + "\n\n")
        assert len(client.wait_for_diagnostics(uri, version=good)) == 1
        told = [p["version"] for p in client.of("textDocument/publishDiagnostics") if p["uri"] == uri]
        assert bad not in told, "the findings of the old text are not those of the new one"


def test_a_request_can_be_cancelled(project: Path) -> None:
    with Client(NEOVIM_11, project, command=odd("slow")) as client:
        uri = client.open(project / "app.py")
        client.pull(uri)
        client.change(uri, APP + "SLOW_RULE = 1\n")
        pulled = client.start("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        client.notify("$/cancelRequest", {"id": pulled})
        with pytest.raises(ResponseError) as cancelled:
            client.finish(pulled)
        assert cancelled.value.code == -32800


def test_the_client_is_heard_while_the_engine_works(project: Path) -> None:
    with Client(NEOVIM_11, project, command=odd("slow")) as client:
        uri = client.open(project / "app.py")
        client.pull(uri)
        client.change(uri, APP + "SLOW_RULE = 1\n")
        pulled = client.start("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        explain = {"command": "flask-ls.explainRule", "arguments": ["FLK905"]}
        assert "FLK905" in client.request("workspace/executeCommand", explain)
        assert client.leave() == 0, "it ends although the engine is busy"
        with pytest.raises(ResponseError):
            client.finish(pulled)


def test_a_message_larger_than_any_pipe(project: Path) -> None:
    with Client(NEOVIM_11, project) as client:
        uri = client.open(project / "app.py", APP + "# é\n" * 500_000)
        assert len(client.pull(uri)["items"]) == 1


def test_a_client_that_does_not_read_is_waited_for(project: Path) -> None:
    """Neither side blocks the other: more is on its way in both directions than any pipe holds."""
    many = "".join(f"def view{n}():\n    return int(request.args.get('page', {n}))\n\n\n" for n in range(200))
    with Client(NEOVIM_11, project) as client:
        uri = client.open(project / "app.py", APP + "\n\n" + many)
        client.pull(uri)
        client.reads.clear()
        numbers = [client.start("textDocument/diagnostic", {"textDocument": {"uri": uri}}) for _ in range(10)]
        for _ in range(20):
            client.change(uri, APP + "# é\n" * 20_000)
        client.reads.set()
        assert all(len(client.finish(n)["items"]) in (1, 201) for n in numbers)
        assert len(client.pull(uri)["items"]) == 1


def test_edit_storm(project: Path) -> None:
    """After any edits the findings lie where they lie in the same text opened anew."""
    rng = random.Random(7)
    pieces = ["x", "é", "𝄞", "\n", "\r\n", "\r", "\f", "\u2028", "\x85", "# ", '"', "int(request.args.get('p', 1))\n"]
    with Client(VSCODE, project) as client:
        text = APP
        uri = client.open(project / "app.py")
        for _ in range(150):
            changes = []
            for _ in range(rng.randint(1, 4)):
                start, end = sorted(rng.choices(range(len(text) + 1), k=2))
                end = min(end, start + rng.randint(0, 12))
                new = "".join(rng.choices(pieces, k=rng.randint(0, 4)))
                if any(text[o - 1 : o + 1] == "\r\n" for o in (start, end) if o):
                    continue
                changes.append({"range": {"start": place(text, start), "end": place(text, end)}, "text": new})
                text = text[:start] + new + text[end:]
            client.change(uri, *changes)
            if rng.random() < 0.1:
                client.pull(uri)
        ending = "\n\nint(request.args.get('last', 1))\n"
        end = place(text, len(text))
        client.change(uri, {"range": {"start": end, "end": end}, "text": ending})
        text += ending
        after = [(d["code"], d["range"]) for d in client.pull(uri)["items"]]
        client.close(uri)
        client.open(project / "app.py", text)
        assert after == [(d["code"], d["range"]) for d in client.pull(uri)["items"]]


def place(text: str, offset: int) -> dict[str, int]:
    before = re.split(r"\r\n|\r|\n", text[:offset])
    return {"line": len(before) - 1, "character": len(before[-1].encode("utf-16-le")) // 2}


def test_the_scan_shows_its_progress_and_can_be_cancelled(project: Path) -> None:
    with Client(VSCODE, project, command=odd("scan")) as client:
        waiting = client.start("textDocument/diagnostic", {"textDocument": {"uri": client.open(project / "app.py")}})
        created = client.wait_for(lambda m: m.get("method") == "window/workDoneProgress/create")
        token = created["params"]["token"]

        def progress(kind: str) -> dict:
            return client.wait_for(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == kind)

        begin = progress("begin")["params"]
        assert (begin["token"], begin["value"]["cancellable"]) == (token, True)
        assert progress("report")["params"]["value"]["message"].endswith("of 100 files")
        client.notify("window/workDoneProgress/cancel", {"token": token})
        progress("end")
        assert client.finish(waiting)["items"] == []
        status = client.wait_for(lambda m: m.get("method") == "flask-ls/status" and not m["params"]["busy"])
        assert status["params"]["severity"] == "warning"
        assert client.hover(client.open(project / "app.py"), 7, 30) is None
        assert client.leave() == 0


def test_no_progress_is_shown_to_clients_without_it(project: Path) -> None:
    with Client({**NEOVIM_07, "window": {}}, project) as client:
        client.wait_for_diagnostics(client.open(project / "app.py"))
        assert client.of("$/progress") == []
