"""Hostile cells and counts are read as text and run nothing (DESIGN §5.4)."""

import subprocess
import sys
from pathlib import Path

from kpiformula import parse

ROOT = Path(__file__).parent.parent

SESSION = """
import sys
import kpiformula as kf

HOSTILE_CELLS = [
    "__import__('os')",
    "__import__('os').system('true')",
    "H = __import__('os').getpid() / F * 100",
    "H = G.__class__ / F",
    "H = G.__class__.__mro__[1].__subclasses__() / F",
    "lambda/F",
    "H = lambda / F * 100",
    "H = lambda: exec('1')",
    "E", "S", "I", "N", "O", "Q", "pi", "oo", "zoo",
    "H = E / S * 100", "H = I / N", "H = O + Q", "C = E * S",
    "exec('import os') / F",
    "eval('1+1') / compile('1','','eval')",
    "[__import__('os') саны] / [eval('1') жалпы саны] × 100",
    "H = G / F, where G - __import__('os').system('true'); F - eval('1')",
    "{G} / {F!r:>{width}} * 100",
    "${jndi:ldap://x} / F",
    "H = G / F * 100; import os",
    "\\\\frac{\\\\input{x}}{b}",
    "print(1) / F",
    "G.subs(F) / S('1')",
]
HOSTILE_VALUES = ["__import__('os').getpid()", "exec('1')", "E", "pi", "1+1", "9**9**9", "0x10"]
NAMES = ["G", "F", "E", "S", "I", "N", "O", "Q", "H", "a", "b", "pi", "lambda", "__import__('os')"]


def counts_for(formula):
    return {name: 7 for name in formula.symbols if name != (formula.result and formula.result.name)}


def work(cell):
    try:
        formula = kf.parse(cell)
    except ValueError as refused:
        return f"refused {refused}"
    shown = f"{formula!r} {formula} {formula.expr} {formula.latex()} {formula.equivalent(formula)}"
    for values in [counts_for(formula), *({n: v for n in NAMES} for v in HOSTILE_VALUES)]:
        try:
            result = kf.evaluate(formula, values)
            shown += f" {result!r} {result} {result.steps}"
            shown += f" {kf.verify(formula, values, '1')!r}"
        except ValueError as refused:
            shown += f" {refused}"
    for value in HOSTILE_VALUES:
        for call in (
            lambda: kf.evaluate(formula, counts_for(formula), category=value),
            lambda: kf.verify(formula, counts_for(formula), value),
        ):
            try:
                shown += f" {call()!r}"
            except ValueError as refused:
                shown += f" {refused}"
    return shown


HARMLESS_CELLS = [
    "A", "H = G / F * 100, where G - boys; F - pupils", "[A] / [B] × 100", "a b / c",
    "number of boys / number of pupils", "the ratio of boys to pupils, multiplied by 100",
    "H = G / F * K, where K - coefficient for national ones - 1,5; regional - 1",
]
for cell in HARMLESS_CELLS:
    work(cell)  # every module is loaded from here on

WATCHED = ("exec", "compile", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.putenv",
           "subprocess.Popen", "socket.connect", "ctypes.dlopen", "pickle.find_class")
ran = []


def watch(event, arguments):
    if event in WATCHED:
        ran.append((event, repr(arguments)[:200]))


sys.addaudithook(watch)
eval("1 + 1")
assert {event for event, _ in ran} == {"compile", "exec"}, "the hook does not see what it should"
del ran[:]
outcomes = [work(cell) for cell in HOSTILE_CELLS]
print(sum(not outcome.startswith("refused") for outcome in outcomes), ran)
"""


def test_hostile_text_runs_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SESSION], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    read, _, ran = done.stdout.strip().partition(" ")
    assert ran == "[]"
    assert int(read) >= 5, "the corpus must hold cells that are read, too"


def test_letters_with_a_meaning_in_sympy_are_plain_symbols() -> None:
    expression = parse("H = E * S / (I + N) - O * Q / C").expr
    assert {str(symbol) for symbol in expression.free_symbols} == set("ESINOQC")
