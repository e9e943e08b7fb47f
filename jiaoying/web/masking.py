"""What a viewer may see of persons: names, phones and texts, whole or masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiaoying.engine.county import County
from jiaoying.engine.site import Site
from jiaoying.web.identity import Viewer
from jiaoying.web.words import post_words


def masked_phone(phone: str | None) -> str | None:
    """The last two digits of a phone: enough to tell two apart, too little to dial."""
    return None if phone is None else "*" * max(len(phone) - 2, 4) + phone[-2:]


def masked_name(name: str | None) -> str | None:
    """The family name and a mark: 王**."""
    return None if name is None else name[:1] + "**"


@dataclass(slots=True, kw_only=True)
class Eyes:
    """What one viewer may see.

    Parameters
    ----------
    reveal : mapping
        Private references and what is behind them, for the rows at hand.
    """

    site: Site
    county: County
    viewer: Viewer
    now: datetime
    reveal: Mapping[str, str]

    def at(self, moment: datetime | None) -> str | None:
        """RFC 3339 with the site's offset."""
        return None if moment is None else self.site.local(moment).isoformat(timespec="seconds")

    def phone(self, number: str | None) -> str | None:
        """A phone, masked where it must be."""
        return number if self.viewer.sees_names else masked_phone(number)

    def name(self, name: str | None) -> str | None:
        """A name, masked where it must be."""
        return name if self.viewer.sees_names else masked_name(name)

    def text(self, ref: str | None) -> str | None:
        """What a person wrote; None once erased, and for who may not read it."""
        return self.reveal.get(ref) if ref and self.viewer.sees_names else None

    def post_phone(self, post: str | None) -> str | None:
        """The phone of a post."""
        known = self.county.directory.get(post) if post else None
        return self.phone(known.phone) if known is not None else None

    def who(self, by: str | None) -> str | None:
        """A post or a user in words; a bare phone only as such."""
        return None if by is None else post_words(self.county, by)
