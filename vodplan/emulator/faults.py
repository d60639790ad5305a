"""The fault plan: rules that put failures into chosen calls, deterministic under a seed."""

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What a rule does to a call."""

    LATENCY = "latency"
    THROTTLE = "throttle"
    ERROR = "error"
    HTML = "html"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    TRUNCATE = "truncate"
    HALF_JSON = "half_json"
    DRIP = "drip"
    SKEW = "skew"
    STALE_READ = "stale_read"
    STALE_INDEX = "stale_index"
    EDIT = "edit"


class Distribution(StrEnum):
    """How a latency is spread between its two figures."""

    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"
    NORMAL = "normal"


class FaultPlanError(ValueError):
    """A rule that cannot be understood; the message names the rule and the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """One rule.

    operation:   a pattern with `*`, over operation names.
    nth, every, probability: on which of the matching calls it strikes; none of them: on every one.
    times:       how often at most.
    ms:          two figures in milliseconds (latency: least and greatest, or for `normal` mean and deviation,
                 for `exponential` floor and mean above it; drip, stale_*: the second is not used).
    status, code: for `error`, `html` and `throttle`.
    seconds:     for `skew`.
    video, image, values: for `edit`: whose fields become what, just before the call is worked on.
    """

    kind: FaultKind
    operation: str = "*"
    nth: frozenset[int] = frozenset()
    every: int = 0
    probability: float | None = None
    times: int | None = None
    ms: tuple[float, float] = (0.0, 0.0)
    distribution: Distribution = Distribution.UNIFORM
    status: int | None = None
    code: str | None = None
    seconds: float = 0.0
    video: str | None = None
    image: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


_NAMES = frozenset(FaultRule.__slots__)


def _number(raw: object, place: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise FaultPlanError(f"{place} must be a number.")
    return float(raw)


def _whole(raw: object, place: str) -> int:
    number = _number(raw, place)
    if number != int(number) or number < 0:
        raise FaultPlanError(f"{place} must be a whole number, not negative.")
    return int(number)


def _text(raw: object, place: str) -> str:
    if not isinstance(raw, str):
        raise FaultPlanError(f"{place} must be text.")
    return raw


def parse_rule(raw: object, number: int = 1) -> FaultRule:
    """A rule from its JSON form; `FaultPlanError` names what is wrong."""
    where = f"rule {number}"
    if not isinstance(raw, Mapping):
        raise FaultPlanError(f"{where} must be an object.")
    if unknown := sorted(str(name) for name in raw.keys() - _NAMES):
        raise FaultPlanError(f"{where}: unknown field {unknown[0]!r}; known are {', '.join(sorted(_NAMES))}.")
    options: dict[str, object] = {}
    for name, value in raw.items():
        place = f"{where}: {name}"
        if name == "kind":
            if value not in list(FaultKind):
                raise FaultPlanError(f"{place} must be one of {', '.join(FaultKind)}.")
            options[name] = FaultKind(str(value))
        elif name == "distribution":
            if value not in list(Distribution):
                raise FaultPlanError(f"{place} must be one of {', '.join(Distribution)}.")
            options[name] = Distribution(str(value))
        elif name == "nth":
            options[name] = frozenset(_whole(item, place) for item in (value if isinstance(value, list) else [value]))
        elif name == "ms":
            figures = [_number(item, place) for item in (value if isinstance(value, list | tuple) else [value, value])]
            if len(figures) != 2 or min(figures) < 0:
                raise FaultPlanError(f"{place} must be one or two numbers, not negative.")
            options[name] = (figures[0], figures[1])
        elif name in ("every", "times", "status"):
            options[name] = _whole(value, place)
        elif name == "seconds":
            options[name] = _number(value, place)
        elif name == "probability":
            options[name] = _number(value, place)
            if not 0 <= _number(value, place) <= 1:
                raise FaultPlanError(f"{place} must be from 0 to 1.")
        elif name == "values":
            if not isinstance(value, Mapping):
                raise FaultPlanError(f"{place} must be an object.")
            options[name] = {str(key): _text(item, f"{place}.{key}") for key, item in value.items()}
        else:
            options[name] = _text(value, place)
    if "kind" not in options:
        raise FaultPlanError(f"{where}: kind is missing.")
    rule = FaultRule(**options)  # type: ignore[arg-type]  # every field was checked above
    if rule.kind is FaultKind.EDIT and not (rule.values and (rule.video or rule.image)):
        raise FaultPlanError(f"{where}: edit needs values and a video or an image.")
    return rule


class FaultPlan:
    """The rules in force and how often each has met a call."""

    def __init__(self, rules: Iterable[object] = (), *, seed: int = 1) -> None:
        self._lock = threading.RLock()
        self.rules: tuple[FaultRule, ...] = ()
        self.seed = seed
        self.replace(rules)

    def replace(self, rules: Iterable[object], *, seed: int | None = None) -> None:
        """Put other rules in force, counters at zero; on an error the old ones stay."""
        parsed = tuple(parse_rule(rule, number) for number, rule in enumerate(rules, start=1))
        with self._lock:
            self.seed = self.seed if seed is None else seed
            self.rules = parsed
            self.rewind()

    def rewind(self) -> None:
        """Start the same rules again, with the same luck."""
        with self._lock:
            self._met = [0] * len(self.rules)
            self._struck = [0] * len(self.rules)
            self._luck = [random.Random(f"{self.seed}/{number}") for number in range(len(self.rules))]

    def strike(self, operation: str) -> list[FaultRule]:
        """The rules that strike this call."""
        with self._lock:
            return [rule for number, rule in enumerate(self.rules) if self._strikes(number, rule, operation)]

    def latency_s(self, rule: FaultRule) -> float:
        """A delay drawn from a latency rule, in seconds."""
        with self._lock:
            luck = self._luck[self.rules.index(rule)] if rule in self.rules else random.Random(self.seed)
        low, high = rule.ms
        if rule.distribution is Distribution.UNIFORM:
            delay = luck.uniform(low, high)
        elif rule.distribution is Distribution.NORMAL:
            delay = luck.gauss(low, high)
        else:
            delay = low + (luck.expovariate(1 / high) if high else 0.0)
        return max(0.0, delay) / 1_000

    def _strikes(self, number: int, rule: FaultRule, operation: str) -> bool:
        if not fnmatchcase(operation, rule.operation):
            return False
        self._met[number] += 1
        met = self._met[number]
        chosen = not (rule.nth or rule.every or rule.probability is not None)
        chosen = chosen or met in rule.nth or (rule.every > 0 and met % rule.every == 0)
        if rule.probability is not None:
            chosen = self._luck[number].random() < rule.probability or chosen
        if not chosen or (rule.times is not None and self._struck[number] >= rule.times):
            return False
        self._struck[number] += 1
        return True
