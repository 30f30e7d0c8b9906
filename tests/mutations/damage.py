"""Damages files as disks, transfers and editors do: wrong bits, lost and repeated blocks."""

from __future__ import annotations

import random
from collections.abc import Callable

Damage = Callable[[bytearray, random.Random], bytearray]


def flip_bits(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def spoil_header(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(min(64, len(data)))] = chance.choice((0, 1, 127, 128, 255))
    return data


def cut_end(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def lose_block(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 64) :]


def repeat_block(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    return data[:start] + data[start : start + chance.randint(1, 64)] + data[start:]


def insert_noise(data: bytearray, chance: random.Random) -> bytearray:
    place = chance.randrange(len(data))
    return data[:place] + bytearray(chance.randbytes(chance.randint(1, 64))) + data[place:]


def zero_block(data: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(data))
    length = min(chance.randint(1, 512), len(data) - start)
    data[start : start + length] = bytes(length)
    return data


def append_noise(data: bytearray, chance: random.Random) -> bytearray:
    return data + bytearray(chance.randbytes(chance.randint(1, 4096)))


DAMAGES: tuple[Damage, ...] = (
    flip_bits,
    spoil_header,
    cut_end,
    lose_block,
    repeat_block,
    insert_noise,
    zero_block,
    append_noise,
)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The file with one to three kinds of damage."""
    damaged = bytearray(data)
    for damage in chance.choices(DAMAGES, k=chance.randint(1, 3)):
        damaged = damage(damaged, chance) if damaged else damaged
    return bytes(damaged)
