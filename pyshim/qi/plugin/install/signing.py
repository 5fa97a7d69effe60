# SPDX-License-Identifier: BSD-3-Clause
"""Signatures by Ed25519. The library `cryptography` makes and checks them; it is imported where one is needed.

A public key is told as text, "ed25519:" and 44 letters. A private one is a file in PEM, which nobody but its owner can read.
"""

import base64
import binascii
import hashlib
import os
import stat

from ..._python import files, private
from .errors import InstallError, told

_PREFIX = "ed25519:"
_PURPOSE = b"qi plugin index 1\n"  # so that what was signed for something else is no index
_LARGEST = 1 << 16  # bytes of a key's file


def _library():
    """The modules of `cryptography` that are needed."""
    try:
        from cryptography import exceptions
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise InstallError("signatures cannot be made or checked without the Python package 'cryptography': install python3-cryptography "
                           "(Debian, Fedora), or 'pip install cryptography' where the application's Python finds it") from None
    return exceptions, serialization, ed25519


def make_key(path):
    """Makes a pair of keys. The private one is written to a new file that only this user can read. Returns the public one."""
    _, serialization, ed25519 = _library()
    key = ed25519.Ed25519PrivateKey.generate()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with told(), open(private.create_file(os.path.abspath(path)), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return _public(key, serialization)


def sign(data, path):
    """Signs with the private key in a file. Returns the public key and the signature, texts."""
    _, serialization, ed25519 = _library()
    key = _read(path, serialization, ed25519)
    return _public(key, serialization), base64.b64encode(key.sign(_message(data))).decode()


def is_signed(data, key, signature):
    """Whether a signature is of this key and this data."""
    exceptions, _, ed25519 = _library()
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(_bytes_of(key)).verify(base64.b64decode(signature, validate=True), _message(data))
    except (exceptions.InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _message(data):
    """What is signed of data: its hash, which is made while other threads go on."""
    return _PURPOSE + hashlib.sha512(data).digest()


def checked_key(text):
    """A public key, if it is one."""
    if len(_bytes_of(text)) != 32:
        raise InstallError(f"{text[:100]!r} is no key: one begins with {_PREFIX}, as `qi-run plugin key` tells it")
    return text


def _bytes_of(key):
    try:
        return base64.b64decode(key.removeprefix(_PREFIX), validate=True) if key.startswith(_PREFIX) else b""
    except (binascii.Error, ValueError):
        return b""


def _public(key, serialization):
    data = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return _PREFIX + base64.b64encode(data).decode()


def _read(path, serialization, ed25519):
    facts = os.stat(path)
    if facts.st_uid != os.geteuid() or stat.S_IMODE(facts.st_mode) & 0o077:
        raise InstallError(f"{path}: others could read or write this key; it is to be yours alone: chmod 600, and think of a new one")
    try:
        key = serialization.load_pem_private_key(files.read(path, _LARGEST), None)
    except (ValueError, TypeError) as problem:
        raise InstallError(f"{path}: this is no private key without a password: {problem}") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InstallError(f"{path}: this is another kind of key; `qi-run plugin key` makes the right one")
    return key
