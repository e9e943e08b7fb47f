"""What a gateway claims about a text or a call, and how little of it is proof (laws 4 and 10).

A gateway's word is ranked, comes late, twice and out of order, and never moves anything backwards. No receipt proves
an answer: only a human act does.
"""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """The kinds of wire a message can take."""

    SMS = "sms"
    VOICE = "voice"

    @property
    def chinese(self) -> str:
        """短信, 语音."""
        return {"sms": "短信", "voice": "语音"}[self.value]


class Proof(StrEnum):
    """How sure it is that a human has it; ordered, so ``Proof.HEARD > Proof.HUMAN``."""

    NONE = "none"
    DIALLED = "dialled"
    RANG = "rang"
    HUMAN = "human"
    HEARD = "heard"
    ANSWERED = "answered"

    @property
    def rank(self) -> int:
        """0 (none) to 5 (answered)."""
        return _RANKS[self]

    @property
    def chinese(self) -> str:
        """The word of the console: 未拨 已拨 已响铃 有人接 已听完 已应答."""
        return _CHINESE[self]

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Proof) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Proof) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Proof) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Proof) else NotImplemented


_RANKS = {proof: rank for rank, proof in enumerate(Proof)}
_CHINESE = dict(zip(Proof, ("未拨", "已拨", "已响铃", "有人接", "已听完", "已应答"), strict=True))


class ReceiptKind(StrEnum):
    """What a gateway may report, in one vocabulary for all gateways."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    DIALLED = "dialled"
    RINGING = "ringing"
    HUMAN = "human"
    MACHINE = "machine"
    HEARD = "heard"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    HUNG_UP = "hung_up"
    FAILED = "failed"

    @property
    def chinese(self) -> str:
        """What the console shows of it."""
        return _RECEIPT_WORDS[self]


_RECEIPT_WORDS = {
    ReceiptKind.ACCEPTED: "网关已接收",
    ReceiptKind.DELIVERED: "已送达",
    ReceiptKind.READ: "已读",
    ReceiptKind.TRANSIENT: "暂时送不到",
    ReceiptKind.PERMANENT: "号码送不到",
    ReceiptKind.DIALLED: "已拨出",
    ReceiptKind.RINGING: "响铃",
    ReceiptKind.HUMAN: "有人接听",
    ReceiptKind.MACHINE: "语音信箱",
    ReceiptKind.HEARD: "已听完",
    ReceiptKind.BUSY: "占线",
    ReceiptKind.NO_ANSWER: "无人接听",
    ReceiptKind.HUNG_UP: "没听完就挂断",
    ReceiptKind.FAILED: "接不通",
}

# A call that ended so says nothing against the number: it is worth another call, at the time the steps say.
SOFT_ENDS = frozenset({ReceiptKind.MACHINE, ReceiptKind.BUSY, ReceiptKind.NO_ANSWER, ReceiptKind.HUNG_UP})

_SMS = {ReceiptKind.ACCEPTED: Proof.DIALLED, ReceiptKind.DELIVERED: Proof.DIALLED, ReceiptKind.READ: Proof.DIALLED}
_VOICE = {
    ReceiptKind.DIALLED: Proof.DIALLED,
    # A busy line, a dead silence and a mailbox may all be reported without the phone ever having rung.
    ReceiptKind.BUSY: Proof.DIALLED,
    ReceiptKind.NO_ANSWER: Proof.DIALLED,
    ReceiptKind.MACHINE: Proof.DIALLED,
    ReceiptKind.RINGING: Proof.RANG,
    # Somebody picked up and hung up before it was known to be a human.
    ReceiptKind.HUNG_UP: Proof.RANG,
    ReceiptKind.HUMAN: Proof.HUMAN,
    ReceiptKind.HEARD: Proof.HEARD,
}


def proof_of(kind: ReceiptKind, channel: Channel) -> Proof:
    """Return the rung a receipt proves, the lower one in doubt.

    A delivered or even "read" text proves no more than that it was sent: in one county every township showed "read"
    while the duty staff knew nothing. Voicemail and fax are not human.
    """
    match channel:
        case Channel.SMS:
            return _SMS.get(kind, Proof.NONE)
        case Channel.VOICE:
            return _VOICE.get(kind, Proof.NONE)


class ErrorClass(StrEnum):
    """What an error of a gateway means for the next try (FACTS section 3)."""

    RETRY = "retry"
    BAD_NUMBER = "bad_number"
    POLICY = "policy"
    UNKNOWN = "unknown"


_RETRY = frozenset({30001, 30008, 30017, 20429, 14107})
_BAD_NUMBER = frozenset({30003, 30005, 30006, 21211, 21214, 21614})
_POLICY = frozenset({21610, 30004, 30007, 21408, 21215, 13227})


def error_class(code: int) -> ErrorClass:
    """Return the class of a numeric gateway error."""
    if code in _RETRY:
        return ErrorClass.RETRY
    if code in _BAD_NUMBER:
        return ErrorClass.BAD_NUMBER
    if code in _POLICY:
        return ErrorClass.POLICY
    return ErrorClass.UNKNOWN


def receipt_of_error(code: int) -> ReceiptKind:
    """Return TRANSIENT or PERMANENT for a gateway error; what nobody knows is tried again rather than given up."""
    match error_class(code):
        case ErrorClass.BAD_NUMBER | ErrorClass.POLICY:
            return ReceiptKind.PERMANENT
        case ErrorClass.RETRY | ErrorClass.UNKNOWN:
            return ReceiptKind.TRANSIENT


def ends_number(reason: str) -> bool:
    """Whether an attempt that ended for `reason` shows that this number cannot be reached by this channel at all.

    `reason` begins with the receipt that ended it, by its value or its Chinese words; anything else is taken for a bad
    number, because then the next person is called at once.
    """
    return not reason.startswith(tuple(word for kind in SOFT_ENDS for word in (kind.value, kind.chinese)))
