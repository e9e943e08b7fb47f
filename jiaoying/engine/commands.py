"""What can be asked of the engine. HTTP, hooks, gateways, the tick and drills use these commands and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.levels import Level
from evacuation.household_status import HouseholdState
from hazards.zones import HazardKind
from notifiers.receipts import ReceiptKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a named user, a post (by phone), a gateway, or the engine itself."""

    kind: str
    id: str
    role: str | None = None
    area: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


ENGINE = Actor(kind="engine", id="engine")


class NotFound(Exception):
    """The command names something that does not exist."""


class NotAllowed(Exception):
    """The command is understood and refused; the message says why, in words for the person who asked."""


class Stale(NotAllowed):
    """The command acts on a version that is no longer current (HTTP 409)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands."""

    @property
    def name(self) -> str:
        """The word under which the journal knows this command."""
        return type(self).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveWarning(Command):
    """Sign for a proposal or an upgrade; `version` is the one the person saw."""

    id: str
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectWarning(Command):
    """Sign against a proposal or an upgrade."""

    id: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWarning(Command):
    """End a warning in force; a reason is required."""

    id: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseWarning(Command):
    """Raise warnings by hand, one a village, over areas or a polygon (GeoJSON text, WGS 84)."""

    level: Level
    hazard: HazardKind
    reason: str
    areas: tuple[str, ...] = ()
    polygon: str | None = None
    scope: str = "exposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInbound(Command):
    """Write down what came in before it is understood (law 10). `body` is JSON text; kind is text or receipt."""

    gateway: str
    gateway_id: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveText(Command):
    """A human's words or keys. `channel` is sms or voice; keys pressed during a call carry the call's `message`."""

    gateway: str
    gateway_id: str
    sender: str
    text: str
    at: datetime
    channel: str = "sms"
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReceipt(Command):
    """A gateway's claim about one message; `receipt_id` makes it unique (late, twice, out of order)."""

    gateway: str
    receipt_id: str
    kind: ReceiptKind
    at: datetime
    message: str | None = None
    gateway_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply(Command):
    """A person's reading of an unsure reply: `text` in the words of the menu ("2 12 36", "1", "5 0 0" …), empty = nothing in it."""

    id: str
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmTask(Command):
    """The second person's word that a task claimed clear is clear."""

    id: str
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAllClear(Command):
    """One signature under the all-clear; `expert` is the named expert whose word it rests on."""

    id: str
    version: int
    expert: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Command):
    """A named person owns the silence of a call-out."""

    id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCallout(Command):
    """A named person states that the post answered (by radio, at the door)."""

    id: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHousehold(Command):
    """Set one household to a state, by a named person with a reason."""

    code: str
    status: HouseholdState
    reason: str
    people: int | None = None
    place: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRequest(Command):
    """Move a request on by a named person: assign, begin, done, close, not_so, withdraw."""

    id: str
    act: str
    reason: str = ""
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlarm(Command):
    """Somebody saw an alarm; it stays in the list."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDrill(Command):
    """End every lifecycle of the Exercise at once."""

    reason: str
