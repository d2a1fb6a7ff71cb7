"""Generates the records of ``docs/examples/astmu-records``: made up, and always the same.

Run ``python -m tests.example_records`` to write them anew.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "docs" / "examples" / "astmu-records"

YEAR = 2025

Row = Mapping[str, object]


def files() -> Mapping[str, str]:
    """Return the content of each file, by its name."""
    source = random.Random(2025)
    learners = list(_learners(source))
    return {
        "graduates.csv": _csv(list(_graduates(source))),
        "staff.csv": _csv(list(_staff(source))),
        "learners.csv": _csv(learners),
        "learner_stays.csv": _csv(list(_stays(source, learners))),
    }


def _graduates(source: random.Random) -> Iterator[Row]:
    """Yield bachelor graduates and a few others; some were admitted and then left."""
    for number in range(1, 261):
        bachelor = number <= 220
        left = "expelled" if number % 37 == 0 else "leave" if number % 24 == 0 else ""
        admitted = number % 19 != 0
        score = source.randint(60, 98) if source.random() < 0.985 else source.randint(31, 59)
        sat = admitted and not left
        yield {
            "person_id": f"G{number:04}",
            "level": "bachelor" if bachelor else "residency",
            "exam_year": YEAR if number % 30 else YEAR - 1,
            "exam_admitted": _yes(admitted),
            "on_academic_leave": _yes(left == "leave"),
            "expelled": _yes(left == "expelled"),
            "exam_attempt": (1 if number % 50 else 2) if sat else "",
            "exam_score": score if sat else "",
        }


def _staff(source: random.Random) -> Iterator[Row]:
    categories = ["teaching"] * 6 + ["administrative", "clinical", "service", "support"]
    for number in range(1, 181):
        category = source.choice(categories)
        permanent = source.random() < 0.85
        certificate = source.choice(
            ["", "", "", "ielts", "toefl", "national_testing_centre", "course"]
        )
        points = {
            "ielts": source.choice(["5", "5,5", "6", "6,5"]),
            "toefl": source.choice(["500", "525", "560"]),
            "national_testing_centre": source.choice(["55", "60", "80"]),
            "course": "",
        }.get(certificate, "")
        yield {
            "person_id": f"S{number:04}",
            "category": category,
            "on_permanent_staff": _yes(permanent),
            "fte": source.choice(["0,25", "0,5", "1", "1", "1"]) if permanent else "0,1",
            "civil_contract": "" if permanent else source.choice(["3", "6", "9", "12"]),
            "employed_from": f"{source.randint(2005, 2025)}-09-01",
            "employed_to": "2025-06-30" if source.random() < 0.05 else "",
            "english_certificate": certificate,
            "english_points": points,
            "english_certificate_valid": _yes(source.random() < 0.8) if certificate else "",
            "teaches_in_english": _yes(source.random() < 0.25),
            "far_abroad_degree": _yes(source.random() < 0.05),
            "foreign_language_diploma": _yes(source.random() < 0.04),
        }


def _learners(source: random.Random) -> Iterator[Row]:
    levels = (
        ["bachelor"] * 6 + ["integrated"] * 3 + ["internship", "residency", "master", "doctoral"]
    )
    for number in range(1, 401):
        yield {
            "person_id": f"L{number:04}",
            "level": source.choice(levels),
            "enrolled_at_academic_year_end": _yes(number % 40 != 0),
        }


def _stays(source: random.Random, learners: Sequence[Row]) -> Iterator[Row]:
    """Yield stays elsewhere: some too short, some for a seminar, one person twice."""
    away = source.sample(
        [each for each in learners if each["enrolled_at_academic_year_end"] == "yes"], 24
    )
    for number, learner in enumerate([*away, away[0]]):
        seminar = number % 9 == 4
        yield {
            "person_id": learner["person_id"],
            "level": learner["level"],
            "academic_year": YEAR if number % 12 else YEAR - 1,
            "mobility_programme": _yes(number % 8 != 5),
            "host": "university",
            "purpose": "event" if seminar else "study",
            "length": source.choice([3, 5]) if seminar else source.choice([7, 14, 60, 120]),
        }


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
