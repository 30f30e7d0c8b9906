"""Malformed REST requests, from the grammar of paths, JSON and TF Serving's tensors."""

from __future__ import annotations

import base64
import gzip
import json
import struct
import zlib
from typing import NamedTuple

from hypothesis import strategies as st

from tests.fakes import saved_models

PREDICT = "/v1/models/colours:predict"
IMAGE = saved_models.draw("red")


class RestRequest(NamedTuple):
    """A request, and the statuses that TF Serving may answer."""

    body: bytes
    path: str = PREDICT
    method: str = "POST"
    encoding: str = ""
    codes: tuple[int, ...] = (400,)


def huge_image(width=40_000, height=25_000) -> bytes:
    """A PNG whose header promises a billion pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    check = struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + check + bytes(16)


def encode(document) -> bytes:
    return json.dumps(document).encode()


def b64(data: bytes) -> dict:
    return {"b64": base64.b64encode(data).decode()}


def cut(data: bytes, share: float) -> bytes:
    return data[: int(share * (len(data) - 1))]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
no_strings = st.integers() | st.floats() | st.booleans() | st.none() | st.just({}) | st.just([[]])
no_numbers = st.text(max_size=9) | st.booleans() | st.none() | st.just({"b64": "eA=="})
names = st.from_regex(r"[a-z]{3,12}", fullmatch=True).map("not_{}".format)
shares = st.floats(0, 0.999)
GOOD = encode({"instances": [b64(IMAGE)]})
NOT_IMAGES = (
    st.binary(max_size=300) | shares.map(lambda s: cut(IMAGE, s / 2)) | st.just(huge_image())
)

bodies = st.one_of(
    st.binary(max_size=200).map(lambda junk: b"\x00" + junk),
    shares.map(lambda share: cut(GOOD, share)),
    st.integers(1000, 100_000).map(lambda depth: b'{"instances":' + b"[" * depth),
    scalars.map(lambda scalar: encode([scalar])),
    st.dictionaries(names, values, max_size=3).map(encode),
    values.map(lambda value: encode({"instances": [], "x": value})),
    values.map(lambda value: encode({"inputs": value, "instances": [value]})),
    no_strings.map(lambda value: encode({"instances": [b64(IMAGE), value]})),
    st.lists(no_strings, min_size=1, max_size=5).map(lambda row: encode({"instances": row})),
    names.map(lambda name: encode({"instances": [{name: b64(IMAGE)}]})),
    names.map(lambda name: encode({"inputs": {name: [b64(IMAGE)]}})),
    names.map(lambda name: encode({"signature_name": name, "instances": [b64(IMAGE)]})),
    no_strings.map(lambda name: encode({"signature_name": name, "instances": [b64(IMAGE)]})),
    NOT_IMAGES.map(lambda data: encode({"instances": [b64(data)]})),
    st.text("?!*$", min_size=1).map(lambda text: encode({"instances": [{"b64": text}]})),
)


def ask_pixels(pixels) -> bytes:
    return encode({"signature_name": "predict_pixels", "instances": [pixels]})


pixels = st.one_of(
    no_numbers.map(lambda value: ask_pixels([[[1, 2, value]]])),
    st.integers(0, 1).map(lambda rank: ask_pixels([1] * rank if rank else 1)),
    st.integers(2, 50).map(lambda width: ask_pixels([[[0] * 3] * width, [[0] * 3]])),
)

which = st.sampled_from(["predict", "classify", "regress"])
missing = st.one_of(
    names.map("/v1/models/{}:predict".format),
    st.integers(8, 2**63 - 1).map("/v1/models/colours/versions/{}:predict".format),
)
no_paths = st.one_of(
    st.integers(2**63, 2**80).map("/v1/models/colours/versions/{}:predict".format),
    names.map("/v1/models/colours/labels/{}:predict".format),
    names.map("/v1/models/colours:{}".format),
    names.map("/v1/models/colours/versions/{}:predict".format),
    which.map("/v1/models/colours/versions/7/labels/x:{}".format),
    which.map("/v1/models/{}".format),
)

requests = st.one_of(
    (bodies | pixels).map(RestRequest),
    st.binary(max_size=99).map(lambda junk: RestRequest(b"no" + junk, encoding="gzip")),
    shares.map(lambda share: RestRequest(cut(gzip.compress(GOOD), share), encoding="gzip")),
    values.map(
        lambda value: RestRequest(
            encode({"examples": value}), PREDICT.replace("predict", "classify")
        )
    ),
    missing.map(lambda path: RestRequest(GOOD, path, codes=(404,))),
    no_paths.map(lambda path: RestRequest(GOOD, path)),
    st.sampled_from(["PUT", "DELETE", "PATCH", "GET"]).map(lambda m: RestRequest(b"", method=m)),
    names.map(lambda name: RestRequest(GOOD, f"/{name}", codes=(404,))),
)
