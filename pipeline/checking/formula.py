"""The small language rules are written in: `total_assets = total_current_assets + total_non_current_assets`.

    statement  = expression "=" expression
    expression = term (("+" | "-" | "±") term)*
    term       = factor (("*" | "/") factor)*
    factor     = number | concept | function "(" expression ")" | "(" expression ")" | "-" factor

`prev(x)` is x one year (or half, or quarter of the year) earlier, `average(x)` the mean of x and prev(x),
`latest(x)` the figure printed without a period (a cover's share count), `growth(x)` the change since prev(x).
`±` and `growth` leave a house its convention: they open readings, and the columns tell which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from operator import add, itemgetter, mul, sub, truediv
from typing import Literal, NamedTuple

from pipeline.checking.estimate import Estimate, known
from pipeline.checking.once import once

FUNCTIONS = ("prev", "average", "latest", "growth")
_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+±*/()=]))")


class FormulaError(ValueError):
    """A formula cannot be read; `position` is 1-based."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"at character {position}: {message}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: Fraction


class Name(NamedTuple):
    """A concept, `shift` years from the period under check, or the figure without a period."""

    concept: str
    shift: int = 0
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and the sign between them."""

    sign: Literal["+", "-", "±", "*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Growth:
    """Change of an expression against the year before; `base` None while the convention is open."""

    of: Expression
    base: Literal["signed", "absolute"] | None = None


Expression = Number | Name | Binary | Growth
Computation = Callable[[Sequence[Estimate]], Estimate]


@dataclass(frozen=True)
class Formula:
    """One reading of a statement: two expressions that ought to be equal, and its text."""

    left: Expression
    right: Expression
    text: str

    @once
    def operands(self) -> tuple[Name, ...]:
        """The concepts that the right side needs, in the order written."""
        return names(self.right)

    @once
    def result(self) -> Computation:
        """The estimate of the right side, of the estimates of its operands in their order."""
        return computation(self.right, self.operands)

    @once
    def pattern(self) -> str:
        """The right side with `{0}`, `{1}` … in place of its operands, for the words that the page has."""
        return show(self.right, lambda name: f"{{{self.operands.index(name)}}}")

    @once
    def years_apart(self) -> tuple[tuple[int, int], ...]:
        """Pairs of operands, by their places, that are one concept in the period under check and another."""
        places = {name: at for at, name in enumerate(self.operands)}
        pairs = ((places.get(Name(name.concept)), at) for name, at in places.items() if name.shift)
        return tuple((now, other) for now, other in pairs if now is not None)

    def takes_what(self, other: Formula) -> bool:
        """Whether the figures that may stand for the operands of one may stand for the other's."""
        alike = self.left == other.left and self.operands == other.operands
        return alike and self.only_adds == other.only_adds

    @once
    def only_adds(self) -> bool:
        """Whether the right side only adds and takes away, so that all its amounts must be of one unit."""
        return _adds_only(self.right)


def parse(text: str) -> tuple[Formula, ...]:
    """Read a statement; one formula for each reading that `±` and `growth` leave open.

    Raises FormulaError with the position and what was expected there.
    """
    reader = _Reader(text)
    left = reader.expression()
    reader.take("=", "an equals sign")
    right = reader.expression()
    reader.end()
    return tuple(
        Formula(a, b, f"{show(a)} = {show(b)}") for a, b in product(_readings(left), _readings(right))
    )


def parse_expression(text: str) -> Expression:
    """Read an expression without `±` or `growth`; raises FormulaError."""
    reader = _Reader(text)
    expression = reader.expression()
    reader.end()
    if len(list(_readings(expression))) > 1:
        raise FormulaError(1, "an expression that stands alone leaves no convention open: no ±, no growth()")
    return expression


def names(expression: Expression) -> tuple[Name, ...]:
    """The concepts an expression needs, in the order written, each once."""
    return tuple(dict.fromkeys(_names(expression)))


def computation(expression: Expression, operands: Sequence[Name]) -> Computation:
    """What gives the estimate of an expression from those of its operands, in their order.

    It raises ZeroDivisionError where a divisor may be zero.
    """
    match expression:
        case Number(value):
            number = known(value)
            return lambda values: number
        case Name():
            return itemgetter(operands.index(expression))
        case Growth(of, base):
            before = computation(_shifted(of), operands)
            return _growth(computation(of, operands), before, base == "absolute")
        case Binary(sign, left, right):
            return _both(_OPERATIONS[sign], computation(left, operands), computation(right, operands))


def _both(
    operation: Callable[[Estimate, Estimate], Estimate], left: Computation, right: Computation
) -> Computation:
    return lambda values: operation(left(values), right(values))


def _growth(now: Computation, earlier: Computation, absolute: bool) -> Computation:
    one = known(1)

    def change(values: Sequence[Estimate]) -> Estimate:
        before = earlier(values)
        ratio = now(values) / before
        return one - ratio if absolute and before.value < 0 else ratio - one

    return change


def _adds_only(expression: Expression) -> bool:
    match expression:
        case Name():
            return True
        case Binary("+" | "-", left, right):
            return _adds_only(left) and _adds_only(right)
        case _:
            return False


def show(expression: Expression, label: Callable[[Name], str] | None = None) -> str:
    """The expression as text, concepts named by `label`."""
    match expression:
        case Number(value):
            return str(value)
        case Name(concept, shift, _):
            name = label(expression) if label else concept
            return f"prev({name})" if shift else name
        case Growth(of, base):
            return f"growth({show(of, label)})" + (" on the absolute base" if base == "absolute" else "")
        case Binary(sign, left, right):
            inner = show(right, label)
            if isinstance(right, Binary) and ((sign in "-*/" and right.sign in "+-±") or sign == "/"):
                inner = f"({inner})"
            outer = show(left, label)
            if isinstance(left, Binary) and sign in "*/" and left.sign in "+-±":
                outer = f"({outer})"
            return f"{outer} {sign} {inner}"


_OPERATIONS: dict[str, Callable[[Estimate, Estimate], Estimate]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
}


def _names(expression: Expression) -> Iterator[Name]:
    match expression:
        case Name():
            yield expression
        case Growth(of, _):
            yield from _names(of)
            yield from _names(_shifted(of))
        case Binary(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Number():
            pass


def _readings(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Binary(sign, left, right):
            signs: tuple[Literal["+", "-", "±", "*", "/"], ...] = ("+", "-") if sign == "±" else (sign,)
            for one, a, b in product(signs, _readings(left), _readings(right)):
                yield Binary(one, a, b)
        case Growth(of, None):
            for inner in _readings(of):
                yield Growth(inner, "signed")
                yield Growth(inner, "absolute")
        case _:
            yield expression


def _shifted(expression: Expression, by: int = -1) -> Expression:
    match expression:
        case Name(_, shift, undated):
            return expression if undated else expression._replace(shift=shift + by)
        case Growth(of, base):
            return Growth(_shifted(of, by), base)
        case Binary(sign, left, right):
            return Binary(sign, _shifted(left, by), _shifted(right, by))
        case _:
            return expression


def _undated(expression: Expression) -> Expression:
    match expression:
        case Name():
            return expression._replace(undated=True, shift=0)
        case Binary(sign, left, right):
            return Binary(sign, _undated(left), _undated(right))
        case _:
            return expression


class _Reader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        place = 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if not found or found.lastgroup is None:
                stray = text[place:].lstrip()[0]
                raise FormulaError(
                    place + 1, f"{stray!r} is no part of a formula: concepts, numbers, + - ± * / ( ) ="
                )
            self.tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1))
            place = found.end()

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def position(self) -> int:
        return self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text) + 1

    def take(self, sign: str, wanted: str) -> None:
        if self.peek() != sign:
            raise FormulaError(self.position(), f"expected {wanted}, found {self.peek() or 'the end'!r}")
        self.at += 1

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise FormulaError(self.position(), f"expected the end, found {self.peek()!r}")

    def expression(self) -> Expression:
        left = self.term()
        while (sign := self.peek()) in ("+", "-", "±"):
            self.at += 1
            left = Binary(sign, left, self.term())  # type: ignore[arg-type]
        return left

    def term(self) -> Expression:
        left = self.factor()
        while (sign := self.peek()) in ("*", "/"):
            self.at += 1
            left = Binary(sign, left, self.factor())  # type: ignore[arg-type]
        return left

    def factor(self) -> Expression:
        if self.at == len(self.tokens):
            raise FormulaError(self.position(), "expected a concept, a number or a bracket, found the end")
        group, text, position = self.tokens[self.at]
        self.at += 1
        if group == "number":
            return Number(Fraction(text))
        if text == "-":
            return Binary("-", Number(Fraction(0)), self.factor())
        if text == "(":
            inner = self.expression()
            self.take(")", "a closing bracket")
            return inner
        if group == "name" and self.peek() == "(":
            return self.call(text, position)
        if group == "name":
            return Name(text)
        raise FormulaError(position, f"expected a concept, a number or a bracket, found {text!r}")

    def call(self, function: str, position: int) -> Expression:
        if function not in FUNCTIONS:
            raise FormulaError(position, f"unknown function {function!r}; there are {', '.join(FUNCTIONS)}")
        self.take("(", "an opening bracket")
        inner = self.expression()
        self.take(")", "a closing bracket")
        match function:
            case "prev":
                return _shifted(inner)
            case "latest":
                return _undated(inner)
            case "growth":
                return Growth(inner)
            case _:
                return Binary("/", Binary("+", inner, _shifted(inner)), Number(Fraction(2)))
