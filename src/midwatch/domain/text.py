"""One sentence in the languages midwatch speaks."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["en", "zh"]


class Text(NamedTuple):
    """The same statement in English and in Chinese; names and numbers are the same in both."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.zh if language == "zh" else self.en
