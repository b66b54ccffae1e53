"""Makes sealed.json from settings.json by docs/file-formats.md alone: hashlib and cryptography, nothing of this repository.

Run once, for the vectors of SealedExportTests; they are never made anew.
"""
import base64
import hashlib
import json
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

here = pathlib.Path(__file__).parent
settings = (here / "settings.json").read_bytes()
password = "Vektor-Paßwort \U0001F511 1".encode()
keys = [b"sk-test-vector-one", "sk-test-vektor-zwei-\u00e9".encode()]
salt = bytes(range(0xA0, 0xB0))
nonce = bytes(range(0xB0, 0xBC))
rounds = 600_000

plain = b"".join(struct.pack(">I", len(part)) + part for part in [settings, *keys])
key = hashlib.pbkdf2_hmac("sha256", password, salt, rounds, 32)
data = AESGCM(key).encrypt(nonce, plain, b"LlmConfig sealed export 1")


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


document = {
    "format": "LlmConfig sealed export",
    "version": 1,
    "exportedAt": "2026-11-24T08:00:00.000Z",
    "kdf": "PBKDF2-SHA256",
    "rounds": rounds,
    "salt": text(salt),
    "cipher": "AES-256-GCM",
    "nonce": text(nonce),
    "data": text(data),
}
(here / "sealed.json").write_text(json.dumps(document, indent=2) + "\n")
