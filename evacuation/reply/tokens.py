"""From plain text to tokens with spans: longest word first, numerals, Latin words, pinyin, and the unknown.

What the lexicon does not know stays a token of its own (`Kind.UNKNOWN`): the grammar may allow it as a name, and
otherwise nothing around it is sure.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from evacuation.reply import numerals
from evacuation.reply.latin import ENGLISH, PINYIN
from evacuation.reply.lexicon import CHINESE, NEEDS, Kind
from evacuation.reply.reading import Need


class Amount(NamedTuple):
    """A counted number of households, people, or both."""

    households: int | None = None
    people: int | None = None
    others: bool = False
    exact: bool = True


class Token(NamedTuple):
    """One word of a text, with its place in the plain text (a tuple: thousands are made a second)."""

    kind: Kind
    text: str
    start: int
    end: int
    value: int | None = None
    exact: bool = True
    need: Need | None = None
    amount: Amount | None = None


_PUNCTUATION: Final = {
    **dict.fromkeys("。!;\n…", Kind.STOP),
    **dict.fromkeys(",、:|", Kind.COMMA),
    **dict.fromkeys("?", Kind.ASK_MARK),
    **dict.fromkeys("-~—–至", Kind.DASH),
    **dict.fromkeys("()[]<>《》〈〉{}\"'“”‘’「」『』·*#/\\_=^`@&$+", Kind.FILL),
    " ": Kind.SPACE,
}
del _PUNCTUATION["至"]

_DIGITS: Final = re.compile(r"\d+(?:[.:]\d+)*")
_LATIN: Final = re.compile(r"[a-z][a-z']*(?: +[a-z][a-z']*)*")
_PHRASE: Final = 5
"""The longest English phrase, and the most syllables of one pinyin word, in words."""


def _entries() -> dict[str, tuple[Kind, Need | None]]:
    entries: dict[str, tuple[Kind, Need | None]] = {}
    for kind, words in CHINESE.items():
        for word in words:
            entries.setdefault(word, (kind, None))
    for kind, needs in NEEDS.items():
        for need, words in needs.items():
            for word in words:
                entries[word] = (kind, need if kind is not Kind.HAZARD else None)
    return entries


_ENTRIES: Final = _entries()
_LENGTHS: Final[dict[str, tuple[int, ...]]] = {
    first: tuple(sorted({len(word) for word in _ENTRIES if word[0] == first}, reverse=True))
    for first in {word[0] for word in _ENTRIES}
}
_ENGLISH: Final = {phrase.replace("_", " "): meaning for meaning, words in ENGLISH.items() for phrase in words}
_PINYIN_LENGTHS: Final = tuple(sorted({len(word) for word in PINYIN}, reverse=True))


def tokenise(plain: str) -> list[Token]:
    """Cut a plain text into tokens; every character is in exactly one."""
    tokens: list[Token] = []
    at, size = 0, len(plain)
    while at < size:
        char = plain[at]
        if char.isdecimal() and char.isascii():
            at = _number(plain, at, tokens)
        elif "a" <= char <= "z":
            at = _latin(plain, at, tokens)
        elif char in _PUNCTUATION:
            tokens.append(Token(_PUNCTUATION[char], char, at, at + 1))
            at += 1
        elif char == ".":
            tokens.append(Token(Kind.STOP, char, at, at + 1))
            at += 1
        else:
            at = _chinese(plain, at, tokens)
    return tokens


def _number(plain: str, at: int, tokens: list[Token]) -> int:
    found = _DIGITS.match(plain, at)
    assert found is not None  # the caller saw a digit
    text, end = found.group(), found.end()
    if ":" in text:
        tokens.append(Token(Kind.FILL, text, at, end))  # 23:50
    elif "." in text:
        tokens.append(Token(Kind.NUM, text, at, end, None, False))
    elif len(text) > 6:
        tokens.append(Token(Kind.FILL, text, at, end))  # a telephone number
    else:
        tokens.append(Token(Kind.NUM, text, at, end, int(text)))
    return end


def _chinese(plain: str, at: int, tokens: list[Token]) -> int:
    """The longest word of the lexicon here, or a numeral, or one more unknown character."""
    end = at
    while end < len(plain) and plain[end] in numerals.CHARACTERS:
        end += 1
    asked = (
        at + 2 < len(plain)
        and plain[at + 1] in "不没"
        and plain[at] == plain[at + 2]
        and plain[at] >= "\u4e00"
        and plain[at] not in "不没"
    )
    for length in _LENGTHS.get(plain[at], ()):
        if length < end - at:
            break
        if asked and length < 3:
            break
        if at + length > len(plain):
            continue
        word = plain[at : at + length]
        entry = _ENTRIES.get(word)
        if entry is not None:
            tokens.append(Token(entry[0], word, at, at + length, need=entry[1]))
            return at + length
    if asked:  # A-not-A, 走不走: a question about the second A
        tokens.append(Token(Kind.QWORD, plain[at : at + 2], at, at + 2))
        return at + 2
    if end > at:
        value, exact = numerals.numeral(plain[at:end])
        tokens.append(Token(Kind.NUM, plain[at:end], at, end, value, exact))
        return end
    if tokens and tokens[-1].kind is Kind.UNKNOWN and tokens[-1].end == at:
        last = tokens.pop()
        tokens.append(Token(Kind.UNKNOWN, last.text + plain[at], last.start, at + 1))
    else:
        tokens.append(Token(Kind.UNKNOWN, plain[at], at, at + 1))
    return at + 1


def _latin(plain: str, at: int, tokens: list[Token]) -> int:
    """English words and pinyin, each turned into the Chinese it stands for."""
    found = _LATIN.match(plain, at)
    assert found is not None  # the caller saw a letter
    words = [(part.group(), part.start()) for part in re.finditer(r"[a-z']+", found.group())]
    index = 0
    while index < len(words):
        index = _phrase(words, index, at, tokens)
    return found.end()


def _phrase(words: list[tuple[str, int]], index: int, base: int, tokens: list[Token]) -> int:
    start = base + words[index][1]
    for count in range(min(_PHRASE, len(words) - index), 0, -1):
        group = [word for word, _ in words[index : index + count]]
        last, offset = words[index + count - 1]
        end = base + offset + len(last)
        meaning = _ENGLISH.get(" ".join(group)) or PINYIN.get("".join(group))
        if meaning is None and count == 1 and (spelled := _syllables(group[0])):
            meaning = spelled
        if meaning is None and count == 1 and len(group[0]) <= 3:
            entry = _ENTRIES.get(group[0])  # mm, km, sos
            meaning = group[0] if entry else None
        if meaning is not None:
            piece: list[Token] = []
            here = 0
            while here < len(meaning):
                here = _chinese(meaning, here, piece)
            tokens.extend(
                Token(token.kind, token.text, start, end, token.value, token.exact, token.need) for token in piece
            )
            return index + count
    tokens.append(Token(Kind.UNKNOWN, words[index][0], start, start + len(words[index][0])))
    return index + 1


def _syllables(word: str) -> str | None:
    """A run of pinyin words written together, all of it or nothing; greedy, longest first."""
    meaning: list[str] = []
    at = 0
    while at < len(word):
        for length in _PINYIN_LENGTHS:
            piece = PINYIN.get(word[at : at + length])
            if piece is not None and at + length <= len(word):
                meaning.append(piece)
                at += length
                break
        else:
            return None
    return "".join(meaning)
