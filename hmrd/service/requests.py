"""Answers the requests of a server: for the log, a self-test, another key, and to leave."""

from __future__ import annotations

from collections.abc import Callable

from hmrd.config.model import RuneConfig
from hmrd.network.http import ServerFailed
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import LARGEST_LOG, RequestAnswer
from hmrd.protocol.wanted import RequestKind, RequestToDevice
from hmrd.running.checks import outputs_for
from hmrd.service.device import LocalDevice, ServerConnection
from hmrd.state import MachineEvent, MachineState, RequestDone
from hmrd.storage.files import StorageFailed
from hmrd.storage.slots import Slots
from hmrd.trust import may_leave


class Requests:
    """Answers requests of the server. A request that was answered half is answered again from its beginning."""

    def __init__(
        self,
        device: LocalDevice,
        config: RuneConfig,
        slots: Slots,
        stop_rune: Callable[[], None],
        forget_private: Callable[[], None] = lambda: None,
    ) -> None:
        """`stop_rune` has the rune that answers end; it is started again where the machine says so. `forget_private`
        deletes counts and windows."""
        self._device, self._config, self._slots, self._stop_rune = device, config, slots, stop_rune
        self._forget_private = forget_private

    def answer(self, request: RequestToDevice, state: MachineState) -> MachineEvent:
        """Does what is asked."""
        try:
            answer = self._answer(request, state)
        except ServerFailed as error:
            answer = RequestAnswer(request.id, problem=error.problem)
        except StorageFailed as error:
            answer = RequestAnswer(request.id, problem=error.problem)
        return RequestDone(self._device.clock.now(), answer)

    def _answer(self, request: RequestToDevice, state: MachineState) -> RequestAnswer:
        connection = self._device.connection
        if connection is None:
            return _refused(request, ProblemName.SERVER_AWAY, "The device belongs to no organisation.")
        match request.kind:
            case RequestKind.LOG:
                return RequestAnswer(request.id, log=self._device.log.tail(LARGEST_LOG))
            case RequestKind.RESTART:
                self._device.restart_all()
                return RequestAnswer(request.id)
            case RequestKind.SELF_TEST:
                return self._self_test(request, state)
            case RequestKind.REPLACE_KEY:
                self._replace_key(connection)
                return RequestAnswer(request.id)
            case RequestKind.LEAVE | RequestKind.HAND_OVER:
                return self._leave(request, connection)

    def _self_test(self, request: RequestToDevice, state: MachineState) -> RequestAnswer:
        rune, slot = state.running, state.active
        data = None if rune is None or slot is None else self._slots.read(slot, rune)
        if data is None:
            return _refused(request, ProblemName.DAMAGED, "Nothing is installed.")
        outputs = outputs_for(data, request.seed or 0, self._config.seconds)
        if isinstance(outputs, DeviceProblem):
            return RequestAnswer(request.id, problem=outputs)
        return RequestAnswer(request.id, outputs=outputs)

    def _replace_key(self, connection: ServerConnection) -> None:
        """The new key is on the disk before the server has it, and the former one until then: a device whose power
        fails in between asks which of both the server knows."""
        files = self._device.folder.identity
        has_begun = files.has_next_key
        key = files.next_key()
        try:
            connection.client.replace_key(key)
        except ServerFailed:
            if not has_begun:
                raise
            connection.client.try_key(key)
        files.adopt_next_key()
        self._device.connect()

    def _leave(self, request: RequestToDevice, connection: ServerConnection) -> RequestAnswer:
        # The orders come with the state, and are those of the present moment.
        desired = self._device.client(connection.identity.server, connection.identity.trust.device).state()
        if desired is None or not may_leave(connection.identity.trust, desired):
            return _refused(request, ProblemName.ORDER_REFUSED, "No order of the key at home allows it to leave.")
        self._device.recordings.delete_all()
        self._forget_private()
        self._stop_rune()
        self._slots.clear()
        return RequestAnswer(request.id)


def _refused(request: RequestToDevice, name: ProblemName, detail: str) -> RequestAnswer:
    return RequestAnswer(request.id, problem=DeviceProblem(name, detail))
