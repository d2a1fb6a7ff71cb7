"""Groups the marks of a statement: which words make one operand, and what the marks between do.

A run of words becomes one PHRASE, a letter or an abbreviation one SYMBOL. Only marks are looked
at; the grammar reads the result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kpiformula.brackets import CLOSING, OPERATORS, Finding, match_brackets, mend_brackets
from kpiformula.grammar import Mark, Unreadable, is_compound
from kpiformula.words import (
    FUNCTIONS,
    GLUED_TIMES,
    SIGNS_IN_WORDS,
    TIMES_LETTER,
    WORDISH,
    YEAR,
    as_words,
    is_letter,
    is_school_year,
    is_symbol,
    result_as_words,
    without_footnotes,
    without_needless,
    words_key,
)


@dataclass(slots=True)
class _Run:
    """Words (with the numbers, marks and brackets among them) that make one operand."""

    marks: list[Mark]
    bracketed: bool = False

    @property
    def words(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == "WORD"]

    @property
    def alone(self) -> str | None:
        """The word, where the run is a single one (a year may belong to it: ``Дзан. 2020``)."""
        marks = [mark for mark in self.marks if mark.kind != "QUOTE"]
        kinds = [mark.kind for mark in marks]
        dated = kinds in (["WORD", "DOT", "NUMBER"], ["WORD", "NUMBER"])
        if dated and YEAR.fullmatch(marks[-1].text):
            return marks[0].text
        single = len(marks) == 1 and not any(map(str.isspace, marks[0].text))
        return marks[0].text if single else None


@dataclass(slots=True)
class _Grouping:
    marks: list[Mark]
    text: str
    known: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    items: list[_Run | Mark] = field(default_factory=list)
    pairs: dict[int, int] = field(default_factory=dict)

    # --- first pass: runs and marks ---------------------------------------------------------

    def collect(self) -> None:
        self.pairs, _ = match_brackets(self.marks)
        index = 0
        while index < len(self.marks):
            index = self._take(index)

    def _take(self, index: int) -> int:
        mark = self.marks[index]
        match mark.kind:
            case "LSQB" if self._is_opaque(index):
                close = self.pairs[index]
                self.items.append(_Run(without_footnotes(self.marks[index + 1 : close]), True))
                return close + 1
            case "LPAR" if self._belongs_to_words(index):
                close = self.pairs[index]
                self._extend(self.marks[index : close + 1])
                return close + 1
            case "WORD" if (split := self._times(index)) is not None:
                self.marks[index : index + 1] = split
                self.items.extend(split[:-1] if len(split) > 1 else split)
                if len(split) > 1:
                    self.items.append(split[-1])
                self.pairs, _ = match_brackets(self.marks)
                return index + len(split)
            case "OTHER" if mark.text not in SIGNS_IN_WORDS or (
                mark.text == "&" and self._open_run() is None
            ):
                raise Unreadable(mark, frozenset())
            case "GAP":
                raise Unreadable(mark, frozenset({"SYMBOL"}))
            case kind if kind in WORDISH:
                self._extend([mark])
            case "NUMBER" if self._is_range(index):
                self._extend(self.marks[index : index + 3])
                return index + 3
            case "NUMBER" | "VULGAR" if self._number_in_words(index):
                return self._take_number(index)
            case "DOT" if index and self.marks[index - 1].end < mark.start:
                raise Unreadable(mark, frozenset())
            case "PLUS" if self._plus_in_words(index):
                self._extend([mark])
            case "DOT" | "COMMA":
                separates = mark.kind == "COMMA" and self._in_call(index)
                if self._open_run() and self._words_follow(index + 1) and not separates:
                    self._extend([mark])
                elif mark.kind == "COMMA":
                    self.items.append(mark)
            case "DIVIDE" if self._slash_in_number(index):
                self._extend([mark])
            case "DASH" if self._open_run():
                return self._take_dash(index)
            case _:
                self.items.append(mark)
        return index + 1

    def _open_run(self) -> _Run | None:
        last = self.items[-1] if self.items else None
        return last if isinstance(last, _Run) and not last.bracketed else None

    def _extend(self, marks: Sequence[Mark]) -> None:
        run = self._open_run()
        if run is None:
            self.items.append(_Run(list(marks)))
        else:
            run.marks.extend(marks)

    def _kind(self, index: int) -> str:
        return self.marks[index].kind if 0 <= index < len(self.marks) else ""

    def _words_follow(self, index: int) -> bool:
        return self._kind(index) in WORDISH or self._kind(index) in ("NUMBER", "LPAR")

    def _in_call(self, index: int) -> bool:
        """Whether a comma stands directly inside the brackets of a function, between values."""
        around = [o for o, c in self.pairs.items() if o < index < c]
        if not around or self._kind(max(around) - 1) not in (*FUNCTIONS, "SIGMA"):
            return False
        inside = self.marks[max(around) : self.pairs[max(around)]]
        return not any(mark.kind == "SEMICOLON" for mark in inside)

    def _slash_in_number(self, index: int) -> bool:
        """Whether a slash belongs to a number in words: ``№ 12/3``, ``2023/2024``."""
        around = [self._kind(index - 1), self._kind(index + 1)]
        if around != ["NUMBER", "NUMBER"] or self._open_run() is None:
            return False
        numbered = index > 1 and self.marks[index - 2].text == "№"
        return numbered or is_school_year(self.marks[index - 1 : index + 2])

    def _is_range(self, index: int) -> bool:
        """Whether a range before words begins here: ``16-24 жас``, ``2023/2024 оқу жылы``."""
        three = self.marks[index : index + 3]
        kinds = [mark.kind for mark in three]
        if self._kind(index + 3) not in WORDISH or self._times(index + 3) is not None:
            return False
        glued = (
            len(three) == 3 and three[0].end == three[1].start and three[1].end == three[2].start
        )
        return (glued and kinds == ["NUMBER", "DASH", "NUMBER"]) or is_school_year(three)

    def _symbolic(self, word: str) -> bool:
        return word in self.known or is_symbol(word)

    def _is_opaque(self, index: int) -> bool:
        """Whether a square bracket holds words only, so that a slash inside is part of them."""
        close = self.pairs.get(index)
        if close is None:
            return False
        inside = self.marks[index + 1 : close]
        kinds = {mark.kind for mark in inside}
        words = [mark.text for mark in inside if mark.kind == "WORD"]
        if "LSQB" in kinds or not words:
            return False
        operators = {m.kind for m in without_footnotes(inside)} & OPERATORS
        if not operators:
            return True
        if all(map(self._symbolic, words)) or operators & {"PLUS", "MINUS", "EQUALS"}:
            return False
        outside = self.marks[:index] + self.marks[close + 1 :]
        return any(mark.kind in ("DIVIDE", "COLON") for mark in outside)

    def _belongs_to_words(self, index: int) -> bool:
        """Whether a round bracket is part of the words around it: ``ОПҚ (ҒЗИ, ҒО) саны``."""
        close = self.pairs.get(index)
        if close is None:
            return False
        run = self._open_run()
        if run is not None:
            glued = run.marks[-1].end == self.marks[index].start
            if self._is_simple(run) and self._kind(index + 1) in OPERATORS:
                return False
            name = run.alone
            operators = any(m.kind in OPERATORS for m in self.marks[index:close])
            return not (glued and operators and name is not None and self._symbolic(name))
        words_only = not any(m.kind in OPERATORS for m in self.marks[index:close])
        follows = self.marks[close + 1] if close + 1 < len(self.marks) else None
        return (
            words_only
            and follows is not None
            and follows.kind == "WORD"
            and self._times(close + 1) is None
            and not self._symbolic(follows.text)
        )

    def _times(self, index: int) -> list[Mark] | None:
        """The marks that a word stands for where its letter x is a multiplication sign."""
        mark = self.marks[index]
        if mark.kind != "WORD" or mark.text in self.known:
            return None
        last = self.items[-1] if self.items else None
        behind_operand = isinstance(last, _Run) or (
            last is not None and last.kind in (*CLOSING, "NUMBER", "PERCENT", "VULGAR")
        )
        if mark.text in TIMES_LETTER and behind_operand:
            following = self._kind(index + 1)
            simple = isinstance(last, Mark) or (
                isinstance(last, _Run) and (last.bracketed or self._is_simple(last))
            )
            if following in ("NUMBER", "VULGAR") or (
                simple and following in ("WORD", "LPAR", "LSQB", *FUNCTIONS)
            ):
                return [mark._replace(kind="TIMES")]
        glued = GLUED_TIMES.fullmatch(mark.text)
        if glued is None or (not glued["symbol"] and not behind_operand):
            return None
        if glued["symbol"] and not is_letter(glued["symbol"]):
            return None
        cut, middle = mark.start + glued.start("times"), mark.start + glued.end("times")
        parts = [
            Mark("TIMES", glued["times"], cut, middle),
            Mark("NUMBER", glued["number"], middle, mark.end),
        ]
        if glued["symbol"]:
            self._extend([Mark("WORD", glued["symbol"], mark.start, cut)])
        return parts

    def _is_simple(self, run: _Run) -> bool:
        return run.alone is not None and self._symbolic(run.alone)

    def _number_in_words(self, index: int) -> bool:
        """Whether a number is part of the words around it: ``соңғы 5 жылдағы мақалалар``."""
        after = index + 2 if self._kind(index + 1) == "PERCENT" else index + 1
        run = self._open_run()
        if run is not None:
            if self._is_simple(run):
                return self._is_year(index)
            return self._kind(index + 1) != "PERCENT" or self._kind(after) == "WORD"
        if self._kind(after) != "WORD" or self.marks[after].text in TIMES_LETTER:
            return False
        if self._times(after) is not None:
            return False
        word_ends = self._kind(after + 1) not in (*WORDISH, "LPAR", "COMMA", "NUMBER")
        weight = after == index + 2 and self._weighs()
        return not weight and not (self._symbolic(self.marks[after].text) and word_ends)

    def _weighs(self) -> bool:
        """Whether percentages weigh the terms of a sum: ``60% Academic + 40% Research``."""
        kinds = [mark.kind for mark in self.marks]
        return "PLUS" in kinds and kinds.count("PERCENT") > 1

    def _is_year(self, index: int) -> bool:
        behind = self._kind(index - 1)
        return YEAR.fullmatch(self.marks[index].text) is not None and behind in ("DOT", "WORD")

    def _take_number(self, index: int) -> int:
        count = 2 if self._kind(index + 1) == "PERCENT" else 1
        self._extend(self.marks[index : index + count])
        return index + count

    # --- the dash: a hyphen among words, a minus between operands -----------------------------

    def _take_dash(self, index: int) -> int:
        run = self._open_run()
        if run is None or index + 1 >= len(self.marks):
            return index + 1
        mark = self.marks[index]
        if self._subtracts(run, index):
            self.items.append(mark._replace(kind="MINUS"))
        elif self._words_follow(index + 1):
            self._extend([mark])
        else:
            self.items.append(mark)
        return index + 1

    def _subtracts(self, run: _Run, index: int) -> bool:
        """Whether a dash behind words is unmistakably a minus."""
        right = self._words_behind(index + 1)
        if not right:
            return self._kind(index + 1) in ("LPAR", "LSQB", *FUNCTIONS)
        both_symbols = self._is_simple(run) and (
            len(right) == 1 and (right[0].kind == "NUMBER" or self._symbolic(right[0].text))
        )
        mark = self.marks[index]
        spaced = self.marks[index - 1].end < mark.start and mark.end < self.marks[index + 1].start
        if both_symbols or not spaced:
            return both_symbols
        last = run.words[-1].text.casefold() if run.words else ""
        if is_compound(last):
            return False
        inside = any(
            opening < index < close and self.marks[opening].kind != "LSQB"
            for opening, close in self.pairs.items()
        )
        single = len(run.marks) == 1 and len(right) == 1
        return (
            inside
            or single
            or self._printed_again(run.marks)
            or self._printed_again(right)
            or self._same_head(run.marks, right)
        )

    def _same_head(self, left: Sequence[Mark], right: Sequence[Mark]) -> bool:
        """Whether a sum goes on: ``количество А + количество Б - количество В``."""
        summed = any(isinstance(item, Mark) and item.kind == "PLUS" for item in self.items)
        return summed and left[0].text.casefold() == right[0].text.casefold()

    def _plus_in_words(self, index: int) -> bool:
        """Whether a plus belongs to words: ``15+``, ``year t+1``."""
        run = self._open_run()
        if run is None or run.marks[-1].end != self.marks[index].start or len(run.words) < 2:
            return False
        after = self.marks[index + 1] if index + 1 < len(self.marks) else None
        if run.marks[-1].kind == "NUMBER":
            return after is None or after.start > self.marks[index].end
        return (
            is_letter(run.marks[-1].text)
            and after is not None
            and after.kind == "NUMBER"
            and after.start == self.marks[index].end
        )

    def _words_behind(self, index: int) -> list[Mark]:
        end = index
        while self._kind(end) in (*WORDISH, "NUMBER"):
            end += 1
        return self.marks[index:end]

    def _printed_again(self, marks: Sequence[Mark]) -> bool:
        words = words_key(" ".join(mark.text for mark in marks))
        whole = words_key(" ".join(mark.text for mark in self.marks))
        return len(marks) > 1 and whole.count(words) > 1

    # --- second pass: symbols and phrases --------------------------------------------------------

    def classify(self) -> list[Mark]:
        runs = [item for item in self.items if isinstance(item, _Run)]
        self._weights_in_words(runs)
        plain = all(run.alone is not None for run in runs if not run.bracketed)
        marks = [
            self._operand(item, plain) if isinstance(item, _Run) else item for item in self.items
        ]
        return self._with_implied_times(marks)

    def _weights_in_words(self, runs: Sequence[_Run]) -> None:
        weighed = [run for run in runs if any(mark.kind == "PERCENT" for mark in run.marks)]
        if len(weighed) > 1 and self._weighs():
            first = weighed[0].marks
            self.findings.append(
                (
                    "KF112",
                    "a percentage in the words may be a weight",
                    first[0].start,
                    first[-1].end,
                )
            )

    def _operand(self, run: _Run, plain: bool) -> Mark:
        marks = run.marks
        while len(marks) > 1 and marks[-1].kind in ("DASH", "COMMA", "DOT", "OTHER"):
            marks.pop()
        start, end = marks[0].start, marks[-1].end
        if not any(mark.kind == "WORD" for mark in marks):
            raise Unreadable(marks[0], frozenset({"SYMBOL"}))
        name = run.alone
        if name is not None and (
            self._symbolic(name)
            or "DOT" in {m.kind for m in marks}
            or (plain and not run.bracketed)
        ):
            return Mark("SYMBOL", _symbol_name(marks), start, end)
        letters = [mark for mark in marks if mark.kind == "WORD"]
        only_letters = all(is_letter(m.text) or m.text in self.known for m in letters)
        if len(letters) > 1 and only_letters and not run.bracketed:
            raise Unreadable(letters[1], frozenset(OPERATORS))
        if name is not None and not run.bracketed and len(marks) == 3 and name in self.known:
            return Mark("SYMBOL", name, start, end)
        return Mark("PHRASE", self.text[start:end], start, end)

    def _with_implied_times(self, marks: list[Mark]) -> list[Mark]:
        result: list[Mark] = []
        for mark in marks:
            if result and _multiplies(result[-1].kind, mark.kind):
                place = result[-1].end
                result.append(Mark("TIMES", "", place, place))
                self.findings.append(
                    ("KF110", "no sign stands here; read as a multiplication", place, mark.end)
                )
            result.append(mark)
        return result


def _multiplies(left: str, right: str) -> bool:
    operand = right in ("SYMBOL", "LPAR", "LBRACE", "ROOT", "SIGMA", "FRACTION", *FUNCTIONS)
    if left in ("NUMBER", "PERCENT", "PERMILLE", "VULGAR"):
        return operand or right in ("PHRASE", "LSQB")
    return (
        left in ("RPAR", "RSQB", "SYMBOL")
        and right in ("LPAR", "LSQB")
        and not (left == "RSQB" and right == "LSQB")
    )


def _symbol_name(marks: Sequence[Mark]) -> str:
    name = "_".join(mark.text for mark in marks if mark.kind in ("WORD", "NUMBER"))
    return re.sub(r"[{}\s]", "", name)


def group(
    marks: Sequence[Mark], text: str, known: frozenset[str] = frozenset()
) -> tuple[list[Mark], list[Finding]]:
    """Return the marks of a statement with its operands as SYMBOL and PHRASE, and findings.

    ``known`` holds the names that a legend defines, as printed there.

    Raises:
        Unreadable: where letters follow one another with no operator between.
    """
    findings: list[Finding] = []
    plain = result_as_words(without_needless(as_words(marks)))
    grouping = _Grouping(mend_brackets(plain, findings), text, known, findings)
    grouping.collect()
    return grouping.classify(), findings
