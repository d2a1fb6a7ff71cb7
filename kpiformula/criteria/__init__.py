"""Criteria: who counts, as conditions on the fields of a record.

``syntax`` holds conditions as they are written, ``reading`` reads them, ``dictionary`` says what
fields a record has, ``meaning`` holds a condition against the dictionary and puts the reporting
year in, ``algebra`` compares conditions, ``wording`` tells them in English and LaTeX.
"""
