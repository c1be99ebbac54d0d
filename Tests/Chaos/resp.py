"""A small Redis client: pipelines over one connection, and errors as values, so that each push has its own outcome."""

import socket


class ServerError(Exception):
    """What Redis refused, in its own words."""


class Encoder:
    """Commands as bytes."""

    @staticmethod
    def command(*words):
        """One command in RESP."""
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        return b"".join(parts)


class Decoder:
    """Replies out of a stream that arrives in pieces of any size. `read` returns the next piece, empty at the end."""

    def __init__(self, read):
        self._read = read
        self._buffer = b""

    def _more(self):
        piece = self._read()
        if not piece:
            raise ConnectionError("Redis hung up")
        self._buffer += piece

    def _line(self):
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._more()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2:]
        return line

    def _bytes(self, count):
        while len(self._buffer) < count + 2:
            self._more()
        data, self._buffer = self._buffer[:count], self._buffer[count + 2:]
        return data

    def reply(self):
        """The next reply: int, bytes, list, None, or a ServerError as a value."""
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b"-":
            return ServerError(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._bytes(int(rest))
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        raise ConnectionError(f"no RESP: {line[:40]!r}")


class Connection:
    """One connection over a unix socket. After any OSError it is broken: close it and make another one."""

    def __init__(self, path, timeout_seconds=10):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout_seconds)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._decoder = Decoder(lambda: self._socket.recv(65_536))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Hangs up."""
        self._socket.close()

    def send(self, commands):
        """Sends commands, without waiting for replies."""
        self._socket.sendall(b"".join(Encoder.command(*words) for words in commands))

    def receive(self):
        """The reply to the oldest command that has none yet."""
        return self._decoder.reply()

    def pipeline(self, commands):
        """The replies to several commands, sent at once; errors as values."""
        self.send(commands)
        return [self.receive() for _ in commands]

    def command(self, *words):
        """The reply to one command; a refusal is raised."""
        reply = self.pipeline([words])[0]
        if isinstance(reply, ServerError):
            raise reply
        return reply
