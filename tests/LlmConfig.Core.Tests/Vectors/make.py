"""Makes the vault of store/ and sealed.hex by docs/file-formats.md alone: hashlib, hmac and cryptography, nothing of this repository.

Run once for each version of the formats, for the vectors of FormatVectorTests; it prints what the examples of the document need.
"""
import base64
import hashlib
import hmac
import pathlib
import struct
import uuid

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

here = pathlib.Path(__file__).parent
master_key = bytes(range(32))
name = b"llm-api-key-00112233445566778899aabbccddeeff"


def derive(info: bytes, size: int) -> bytes:
    extracted = hmac.new(bytes(32), master_key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:size]


def vault_id() -> uuid.UUID:
    raw = bytearray(derive(b"LlmConfig vault id 1", 16))
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return uuid.UUID(bytes=bytes(raw))


def check(nonce: bytes, protector: str, after: str = "") -> str:
    tag = AESGCM(master_key).encrypt(nonce, b"", f"LlmConfig vault 1 {vault} {protector}{after}".encode())
    return base64.b64encode(nonce + tag).decode()


def seal(nonce: bytes, metadata: bytes, value: bytes) -> bytes:
    header = b"LLMS\x01\x03\x00\x00" + vault.bytes + nonce
    plain = struct.pack(">I", len(name)) + name + struct.pack(">I", len(metadata)) + metadata + value
    return header + AESGCM(master_key).encrypt(nonce, plain, header + hashlib.sha256(name).digest())


vault = vault_id()
folder = here / "store" / "vault"
for old in folder.iterdir():
    old.unlink()

(folder / f"master-{vault}.key").write_bytes(b"LLMK\x01\x00\x00\x00" + vault.bytes + master_key)
(folder / "vault.json").write_text(f"""{{
  "version": 1,
  "vault": "{vault}",
  "protector": "KeyFile",
  "reason": "A fixed vector.",
  "wrapped": "",
  "check": "{check(bytes(range(0xC0, 0xCC)), "KeyFile")}",
  "createdAt": "2026-01-02T03:04:05.678Z",
  "future": true
}}
""")
metadata = (
    b'{"store": "33333333-4444-4555-8666-777777777777", "configuration": "11111111-2222-4333-8444-555555555555", '
    b'"name": "work", "provider": "azure-openai"}'
)
(folder / f"{hashlib.sha256(name).hexdigest()}.sealed").write_bytes(seal(bytes(range(0xB0, 0xBC)), metadata, b"sk-test-vector-0123456789"))
(here / "sealed.hex").write_text(seal(bytes(range(0xA0, 0xAC)), b'{"store":"x"}', b"sk-test-vector-0123456789").hex() + "\n")

print("vault", vault)
print("check", check(bytes.fromhex("0c0b0a090807060504030201"), "KeyFile"))
print("sealed", seal(bytes.fromhex("0102030405060708090a0b0c"), b"{}", b"sk-test-example").hex())
