"""Which known key a key that nothing reads was probably meant to be."""

from __future__ import annotations

import functools
from collections import defaultdict

from flask_ls.project.config.keys import KNOWN_KEYS

# Names that are guessed again and again, too far from the true one for a slip of the keyboard.
_GUESSES = {
    "SQLALCHEMY_DATABASE_URL": "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_DB_URI": "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_URI": "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_URL": "SQLALCHEMY_DATABASE_URI",
    "DATABASE_SQLALCHEMY_URI": "SQLALCHEMY_DATABASE_URI",
}
_KNOWN_WORDS = frozenset(word for key in KNOWN_KEYS for word in key.split("_"))


class Spelling:
    """The keys that a misspelt one may mean, arranged for quick questions."""

    def __init__(self, keys: frozenset[str]) -> None:
        self._keys = keys
        self._plain: defaultdict[str, set[str]] = defaultdict(set)
        self._reordered: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._without_word: defaultdict[tuple[int, tuple[str, ...]], set[tuple[str, str]]] = defaultdict(set)
        for key in keys:
            words = key.split("_")
            self._plain[key.replace("_", "")].add(key)
            self._reordered[tuple(sorted(words))].add(key)
            for place, word in enumerate(words):
                self._without_word[place, (*words[:place], *words[place + 1 :])].add((word, key))

    def meant(self, key: str) -> str | None:
        """The key that ``key`` misspells; None when it is known itself, or resembles none or several."""
        if key in KNOWN_KEYS:
            return None
        upper = key.upper().replace("-", "_").replace(" ", "_")
        guess = _GUESSES.get(upper)
        if guess is not None:
            return guess if guess in self._keys else None
        words = upper.split("_")
        for found in (
            {upper} & self._keys,
            self._plain.get("".join(words), set()),
            self._reordered.get(tuple(sorted(words)), set()) if len(words) > 1 else set(),
            self._one_word_off(words),
        ):
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _one_word_off(self, words: list[str]) -> set[str]:
        return {
            key
            for place, word in enumerate(words)
            for other, key in self._without_word.get((place, (*words[:place], *words[place + 1 :])), ())
            if _is_slip(word, other, len(words))
        }


@functools.cache
def spelling(keys: frozenset[str]) -> Spelling:
    """The arranged keys."""
    return Spelling(keys)


def meant_key(key: str, candidates: frozenset[str]) -> str | None:
    """The known key that ``key`` misspells; None when it is known itself, or resembles none or several."""
    return spelling(candidates).meant(key)


def _is_slip(word: str, known: str, words: int) -> bool:
    """Whether a word is a known one mistyped, rather than another word. ``words`` is how many the whole key has."""
    if f"{word}S" == known:
        return True
    if word == f"{known}S" and words >= 4:
        return True
    # `SECRET_KEYS` and `SECRET_KEY2` are names one would give a list or a second one of it.
    if word == f"{known}S" or word.rstrip("0123456789") == known or not word or word in _KNOWN_WORDS:
        return False
    shorter = min(len(word), len(known))
    if words == 1 and shorter < 5:
        return False
    if len(word) == 2 and len(known) == 3:
        return word in (known[1:], known[:2], known[0] + known[2])
    if shorter < 5 and len(word) == len(known) and sorted(word) != sorted(known):
        return False
    return shorter >= 3 and distance(word, known, 2) <= (2 if shorter >= 7 else 1)


def distance(a: str, b: str, limit: int) -> int:
    """The number of insertions, deletions, replacements and swaps of neighbours; ``limit + 1`` when more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
