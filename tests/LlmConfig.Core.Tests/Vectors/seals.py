"""Prints the seals of the vectors by docs/file-formats.md alone: hmac, nothing of this repository.

Run once, for store/llm_config.json, written.json and the example of docs/file-formats.md; they are never made anew.
"""
import base64
import hmac
import struct

master_key = bytes(range(32))


def seal(*parts: str) -> str:
    # HKDF (RFC 5869) with an empty salt; 32 bytes are one block.
    extracted = hmac.digest(bytes(32), master_key, "sha256")
    key = hmac.digest(extracted, b"LlmConfig key seal 1" + b"\x01", "sha256")
    text = b"".join(struct.pack(">I", len(part.encode())) + part.encode() for part in parts)
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()


key_id = "llm-api-key-00112233445566778899aabbccddeeff"
vector = "11111111-2222-4333-8444-555555555555"
example = "0f8fad5b-d9cb-469f-a165-70867728950e"
print("store/llm_config.json", seal("33333333-4444-4555-8666-777777777777"))
print("  work", seal(vector, "LlmConfig", key_id, "", "azure-openai", "https://x.openai.azure.com:443", "false"))
print("written.json", seal(vector, "LlmConfig", key_id, "", "openai", "https://llm.example.com:443", "true"))
print("file-formats.md", seal("7c9e6679-7425-40de-944b-e07fc1f90ae7"))
print("  work", seal(example, "LlmConfig", key_id, "", "openai", "https://gateway.example:443", "true"))
