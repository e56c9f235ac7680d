"""Operations on blocking threads: they end, they time out, and an interrupt closes them."""

from __future__ import annotations

import errno
import socket
import threading
from time import monotonic

import pytest

from sansio_transports import _waiting
from sansio_transports._waiting import READ, WRITE, Operation, Signal, perform, readable, ready


def test_a_signal_that_is_set_is_not_waited_for() -> None:
    signal = Signal()
    signal.set()
    assert perform(signal.wait(float("inf")))


def test_a_signal_wakes_who_waits() -> None:
    signal = Signal()
    operation = signal.wait(float("inf"))
    interests, _ = next(operation)
    threading.Thread(target=signal.set).start()
    ready(interests, float("inf"))
    with pytest.raises(StopIteration) as stop:
        next(operation)
    assert stop.value.value is True


def test_a_wait_has_an_end() -> None:
    began = monotonic()
    assert perform(Signal().wait(began + 0.02)) is False
    assert monotonic() - began >= 0.02


def test_a_signal_without_sockets_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many open files are no reason to wait for ever, or to fail."""

    def full() -> tuple[socket.socket, socket.socket]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socketpair", full)
    assert perform(Signal().wait(monotonic() + 0.03)) is False
    signal = Signal()
    operation = signal.wait(float("inf"))
    interests, until = next(operation)
    assert interests == ()
    assert until < monotonic() + 1.0
    signal.set()
    with pytest.raises(StopIteration) as stop:
        next(operation)
    assert stop.value.value is True


def test_a_signal_may_be_set_by_the_thread_that_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector drops a call just then, whose connection is the one that is waited for."""
    pair = socket.socketpair

    def dropping() -> tuple[socket.socket, socket.socket]:
        signal.set()
        return pair()

    signal = Signal()
    monkeypatch.setattr(socket, "socketpair", dropping)
    assert perform(signal.wait(float("inf"))) is True


def test_setting_a_signal_that_nobody_waits_for_any_more() -> None:
    signal = Signal()
    assert perform(signal.wait(0.0)) is False
    signal.set()
    assert perform(signal.wait(0.0))


def test_one_socket_may_be_wanted_for_both() -> None:
    """A later interest does not replace the earlier one."""
    one, two = socket.socketpair()
    with one, two:
        one.setblocking(False)
        try:
            while True:
                one.send(b"x" * 65536)
        except BlockingIOError:
            two.send(b"x")
        ready(((one, READ), (one, WRITE)), float("inf"))
        assert readable(one)


def test_a_closed_socket_is_not_waited_for() -> None:
    """Another thread may close it at any time; trying it tells."""
    one, two = socket.socketpair()
    one.close()
    ready(((two, WRITE), (one, READ)), float("inf"))
    two.close()
    ready(((two, READ),), float("inf"))


def test_an_interrupt_closes_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def operation() -> Operation[None]:
        try:
            yield (), float("inf")
        finally:
            closed.append(True)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_waiting, "ready", interrupt)
    kept = operation()
    with pytest.raises(KeyboardInterrupt):
        perform(kept)
    assert closed == [True]
