"""Messages that are written past ASGI are frames as the library of the server makes them."""

from __future__ import annotations

from websockets.frames import Frame, Opcode

from forge.core.http.asgi.sockets import frame_header
from tests.support.cases import each_case


@each_case("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_message_of_any_size_is_framed_as_the_server_frames_it(size: int) -> None:
    message = bytes(size)
    assert frame_header(size) + message == Frame(Opcode.BINARY, message).serialize(mask=False)
