"""Digests; a key makes a SHA digest an HMAC."""

from __future__ import annotations

import base64
import hashlib
import hmac

from generator.iml.faults import ImlFault
from generator.iml.functions.table import function
from generator.iml.values import Value, text, to_buffer


@function("text", "md5(value)")
def md5(value: Value) -> Value:
    """Digest by MD5, as hex."""
    return hashlib.md5(to_buffer(value), usedforsecurity=False).hexdigest()


@function("text", "sha1(value; [encoding text]; [key]; [key-encoding text])")
def sha1(value: Value, encoding: str = "hex", key: Value = None, key_encoding: str = "text") -> Value:
    """Digest by SHA-1."""
    return _digest("sha1", value, encoding, key, key_encoding)


@function("text", "sha256(value; [encoding text]; [key]; [key-encoding text])")
def sha256(value: Value, encoding: str = "hex", key: Value = None, key_encoding: str = "text") -> Value:
    """Digest by SHA-256."""
    return _digest("sha256", value, encoding, key, key_encoding)


@function("text", "sha512(value; [encoding text]; [key]; [key-encoding text])")
def sha512(value: Value, encoding: str = "hex", key: Value = None, key_encoding: str = "text") -> Value:
    """Digest by SHA-512."""
    return _digest("sha512", value, encoding, key, key_encoding)


def _digest(name: str, value: Value, encoding: str, key: Value, key_encoding: str) -> Value:
    if key is None or key == "":
        digest = hashlib.new(name, to_buffer(value)).digest()
    else:
        digest = hmac.new(_key(key, key_encoding or "text"), to_buffer(value), name).digest()
    return encoded(digest, encoding or "hex")


def encoded(data: bytes, encoding: str) -> str:
    """Write bytes as hex, base64 or latin1."""
    if encoding == "hex":
        return data.hex()
    if encoding == "base64":
        return base64.b64encode(data).decode()
    if encoding in ("latin1", "binary"):
        return data.decode("latin-1")
    raise ImlFault(f"'{encoding}' is not a valid encoding")


def _key(key: Value, encoding: str) -> bytes:
    return to_buffer(key) if encoding == "text" or isinstance(key, bytes) else decoded(text(key), encoding)


def decoded(value: str, encoding: str) -> bytes:
    """Read hex, base64, latin1 or text."""
    try:
        if encoding == "hex":
            return bytes.fromhex(value)
        if encoding == "base64":
            return base64.b64decode(value + "=" * (-len(value) % 4))
        if encoding in ("latin1", "binary"):
            return value.encode("latin-1")
    except ValueError:
        raise ImlFault(f"'{value}' is not valid {encoding}") from None
    if encoding in ("text", "utf8", "utf-8"):
        return value.encode()
    raise ImlFault(f"'{encoding}' is not a valid encoding")
