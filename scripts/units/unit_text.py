"""Spelling and kinds of administrative units, shared by the script that makes the pack and the one that compares it."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

# Longest word first where one begins another; a unit's name is what follows the word.
KIND_WORDS: dict[str, str] = {
    "Thành phố": "thanh_pho",
    "Thị trấn": "thi_tran",
    "Thị xã": "thi_xa",
    "Đặc khu": "dac_khu",
    "Phường": "phuong",
    "Huyện": "huyen",
    "Quận": "quan",
    "Tỉnh": "tinh",
    "Xã": "xa",
}
WORD_OF_KIND: dict[str, str] = {kind: word for word, kind in KIND_WORDS.items()}

TONES = "\u0300\u0301\u0303\u0309\u0323"

LETTERS = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u2019": "'", "\u2018": "'", "\u00a0": " "})

# The resolutions that name the communes write "Hòa", "Thủy": the tone stands on the first letter of an open oa, oe, uy.
GLIDE_PAIRS = ("oa", "oe", "uy")


def clean(text: str) -> str:
    """One spelling: NFC, Đ/đ (never the Icelandic Ð/ð), straight apostrophe, single spaces."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(text.translate(LETTERS).split())


def syllable(word: str) -> tuple[str, str]:
    """A syllable as its letters without tone, and its tone: equal for "Hòa" and "Hoà"."""
    decomposed = unicodedata.normalize("NFD", word)
    tone = "".join(char for char in decomposed if char in TONES)
    letters = "".join(char for char in decomposed if char not in TONES)
    return unicodedata.normalize("NFC", letters), tone


def fold_tone(text: str) -> str:
    """Text in which only the place of the tone mark is forgotten, for comparing."""
    return " ".join(letters + tone for letters, tone in map(syllable, clean(text).split()))


def place_tone(text: str) -> str:
    """The same text with the tone of an open oa, oe, uy on its first letter ("Hoà" becomes "Hòa")."""
    return " ".join(_place_tone_in_word(word) for word in text.split(" "))


def _place_tone_in_word(word: str) -> str:
    letters, tone = syllable(word)
    lower = letters.lower()
    open_glide = lower.endswith(GLIDE_PAIRS) and not lower.endswith("quy")
    if not tone or not open_glide:
        return word
    return unicodedata.normalize("NFC", letters[:-1] + tone + letters[-1])


def split_kind(full_name: str) -> tuple[str, str]:
    """("phuong", "1") of "Phường 1". The word is taken off once: "Phường Phường Đúc" is the ward named "Phường Đúc"."""
    for word, kind in KIND_WORDS.items():
        if full_name.lower().startswith(word.lower() + " "):
            return kind, full_name[len(word) + 1 :]
    raise ValueError(f"no word of the kind at the beginning of {full_name!r}")


def full_name(kind: str, name: str) -> str:
    return f"{WORD_OF_KIND[kind]} {name}"


Row = dict[str, str]


def read_tsv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write_tsv(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """Plain TSV: no quoting, so a tab or a newline in a value is a mistake and is refused."""
    lines = ["\t".join(columns)]
    for row in rows:
        values = [row[column] for column in columns]
        if any(char in value for value in values for char in "\t\r\n"):
            raise ValueError(f"tab or newline in {row}")
        lines.append("\t".join(values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
