"""A small PostgreSQL client: the simple query protocol over a unix socket without a password."""

import socket
import struct


class QueryError(Exception):
    """What PostgreSQL refused: `code` is the SQLSTATE."""

    def __init__(self, fields):
        super().__init__(fields.get("M", "no message"))
        self.code = fields.get("C", "")


class Session:
    """One session. After any OSError it is broken: close it and make another one."""

    def __init__(self, path, user, database, timeout_seconds=10):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout_seconds)
        self._buffer = bytearray()
        try:
            self._socket.connect(path)
            words = b"".join(word.encode() + b"\0" for word in
                             ("user", user, "database", database, "application_name", "chaos"))
            body = struct.pack("!I", 196_608) + words + b"\0"
            self._socket.sendall(struct.pack("!I", len(body) + 4) + body)
            self._until_ready()
        except (OSError, QueryError):
            self._socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Hangs up."""
        self._socket.close()

    def query(self, sql):
        """The rows of the last statement, cells as texts."""
        body = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!I", len(body) + 4) + body)
        return self._until_ready()

    def value(self, sql):
        """The first cell of the first row, or None."""
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def _until_ready(self):
        rows, error = [], None
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_cells(body))
            elif kind == b"T":
                rows = []
            elif kind == b"E":
                error = QueryError(_fields(body))
                # A fatal one is the last word: nothing follows but the end of the stream.
                if _fields(body).get("V") in ("FATAL", "PANIC"):
                    raise error
            elif kind == b"R" and body[:4] != b"\0\0\0\0":
                raise OSError("PostgreSQL asks for a password")
            elif kind == b"Z":
                if error:
                    raise error
                return rows

    def _message(self):
        head = self._bytes(5)
        return head[:1], self._bytes(struct.unpack("!I", head[1:])[0] - 4)

    def _bytes(self, count):
        while len(self._buffer) < count:
            piece = self._socket.recv(262_144)
            if not piece:
                raise ConnectionError("PostgreSQL hung up")
            self._buffer += piece
        data = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return data


def _fields(body):
    return {part[:1].decode(): part[1:].decode("utf-8", "replace") for part in body.split(b"\0") if part}


def _cells(body):
    cells, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        at += 4
        cells.append(None if length < 0 else body[at:at + length].decode())
        at += max(length, 0)
    return cells
