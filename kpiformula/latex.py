"""Nodes to LaTeX, in the order that was printed (SymPy would reorder and cancel)."""

from __future__ import annotations

from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, number_text

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_OPERATORS = {"+": " + ", "-": " - ", "*": r" \times "}
_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 3, "^": 4}
_FUNCTIONS = {"min": r"\min", "max": r"\max", "mean": r"\operatorname{mean}",
              "round": r"\operatorname{round}", "sum": r"\sum"}  # fmt: skip


def latex(node: Node, outer: int = 0) -> str:
    """Return a node in LaTeX."""
    match node:
        case Number(value=value, percent=percent):
            shown = number_text(value * 100 if percent and value != 100 else value)
            return shown + (r"\%" if percent else "")
        case Name(name=name):
            return _name(name)
        case Negative(operand=operand):
            shown = f"-{latex(operand, 3)}"
            return _bracketed(shown) if outer else shown
        case Binary(operator="/", left=left, right=right):
            shown = rf"\frac{{{latex(left)}}}{{{latex(right)}}}"
            return _bracketed(shown) if outer > 3 else shown
        case Binary(operator="^", left=left, right=right):
            return f"{latex(left, 5)}^{{{latex(right)}}}"
        case Binary(operator=operator, left=left, right=right):
            level = _LEVEL[operator]
            shown = latex(left, level) + _OPERATORS[operator] + latex(right, level + 1)
            return _bracketed(shown) if level < outer else shown
        case Call(function="sqrt", arguments=arguments):
            return rf"\sqrt{{{latex(arguments[0])}}}"
        case Call(function="abs", arguments=arguments):
            return rf"\left|{latex(arguments[0])}\right|"
        case Call(function=function, arguments=arguments):
            inner = "; ".join(latex(a) for a in arguments)
            return rf"{_FUNCTIONS[function]}\left({inner}\right)"


def _bracketed(shown: str) -> str:
    return rf"\left({shown}\right)"


def _name(name: str) -> str:
    base, _, index = name.partition("_")
    shown = base if len(base) == 1 and base.isascii() else rf"\text{{{_escaped(base)}}}"
    return rf"{shown}_{{\text{{{_escaped(index)}}}}}" if index else shown


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)
