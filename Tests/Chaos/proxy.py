"""A TCP proxy that harms what passes: delays, cuts, half-closes, keeps one direction back, slices to single bytes.

    proxy.py PORT TARGET-PORT

A process of its own, so that nothing waits for the harness's threads. It reads one JSON object a line from standard
input and answers each with a line: {"delay": 0.05}, {"hold": "up" | "down" | "both" | null}, {"slice": true},
{"refuse": true}, {"cut": true} (all connections, at once, by a reset), {"half": "up" | "down"} (that direction ends).
`up` is the way to the server. What is kept back arrives late, unless the connections are cut before.
"""

import asyncio
import json
import os
import socket
import struct
import sys

SLICED_BYTES = 600  # of each piece; a megabyte in single bytes would only measure this program


class Proxy:
    """The state of one proxy and its connections."""

    def __init__(self, target):
        self._target = target
        self._state = {"delay": 0, "hold": None, "slice": False, "refuse": False}
        self._changed = asyncio.Event()
        self._pairs = set()

    async def accept(self, reader, writer):
        """One connection of a client."""
        if self._state["refuse"]:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target, limit=1 << 18)
        except OSError:
            _reset(writer)
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        for end in pair:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ways = [asyncio.ensure_future(self._pump(reader, far_writer, "up")),
                asyncio.ensure_future(self._pump(far_reader, writer, "down"))]
        # One end may have nothing more to say while the other goes on; a broken one ends both.
        await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        self._pairs.discard(pair)
        for way in ways:
            if way.done() and way.exception():
                for end in pair:
                    _reset(end)
            way.cancel()
        for end in pair:
            end.close()

    async def _pump(self, reader, writer, direction):
        while data := await reader.read(1 << 18):
            if self._state["delay"]:
                await asyncio.sleep(self._state["delay"])
            while self._state["hold"] in (direction, "both"):
                await self._changed.wait()
            if self._state["slice"]:
                for at in range(min(SLICED_BYTES, len(data))):
                    writer.write(data[at:at + 1])
                    await asyncio.sleep(0)
                data = data[SLICED_BYTES:]
            if data:
                writer.write(data)
            await writer.drain()
        writer.write_eof()

    def change(self, order):
        """Takes an order from the harness."""
        if order.pop("cut", False):
            for pair in list(self._pairs):
                for end in pair:
                    _reset(end)
        half = order.pop("half", None)
        if half:
            for client, server in list(self._pairs):
                (server if half == "up" else client).get_extra_info("socket").shutdown(socket.SHUT_WR)
        self._state |= order
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _reset(writer):
    end = writer.get_extra_info("socket")
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    writer.transport.abort()


async def main():
    """Serves until standard input ends."""
    port, target = (int(word) for word in sys.argv[1:])
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", port, limit=1 << 18)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("ready", flush=True)
    while line := await orders.readline():
        try:
            proxy.change(json.loads(line))
        except OSError:
            pass  # a connection that ended by itself meanwhile
        print("done", flush=True)
    os._exit(0)  # connections that are still open need no farewell


if __name__ == "__main__":
    asyncio.run(main())
