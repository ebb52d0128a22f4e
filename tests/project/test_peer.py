"""A second process: messages of any size in both directions at once, and its loss."""

from __future__ import annotations

import os
import sys

import pytest

from flask_ls.project.peer import Claims, PeerLostError, fork

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")

LARGE = bytes(range(256)) * 20_000


def test_large_messages_cross() -> None:
    peer = fork()
    assert peer is not None
    if not peer.is_parent:
        peer.send(LARGE)
        peer.send(peer.receive()[::-1])
        peer.flush()
        os._exit(0)
    try:
        peer.send(LARGE)
        assert peer.receive() == LARGE
        assert peer.receive() == LARGE[::-1]
    finally:
        peer.end()


def test_the_loss_of_the_other_process_is_noticed() -> None:
    peer = fork()
    assert peer is not None
    if not peer.is_parent:
        os.write(peer._writer, b"\0\0\0")
        os._exit(1)
    peer.send(LARGE)
    try:
        with pytest.raises(PeerLostError):
            peer.receive()
    finally:
        peer.end()


def test_a_process_that_does_not_end_is_ended() -> None:
    peer = fork()
    assert peer is not None
    if not peer.is_parent:
        peer.receive()
        os._exit(0)
    child = peer._child
    assert child is not None
    peer.end()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_list_is_shared_out_from_both_ends() -> None:
    claims = Claims([str(number) for number in range(6)])
    front, back = claims.take(), claims.take(backwards=True)
    assert [next(front), next(back), next(front), next(back)] == ["0", "5", "1", "4"]
    assert [*front, *back] == ["2", "3"]


def test_some_are_taken_first_and_none_twice() -> None:
    claims = Claims([str(number) for number in range(6)])
    own = claims.take(["4", "1", "unknown"])
    assert [next(own), next(claims.take(["1"]))] == ["4", "1"]
    assert list(own) == ["0", "2", "3", "5"]


def test_what_one_process_takes_the_other_one_leaves() -> None:
    claims = Claims([str(number) for number in range(1000)])
    peer = fork()
    assert peer is not None
    if not peer.is_parent:
        peer.send(" ".join(claims.take(backwards=True)).encode())
        peer.flush()
        os._exit(0)
    try:
        mine = list(claims.take())
        theirs = peer.receive().decode().split()
    finally:
        peer.end()
    # Both may take the one where they meet.
    assert sorted({*mine, *theirs}, key=int) == claims.paths
    assert len(mine) + len(theirs) <= len(claims.paths) + 1
