"""Spreadsheets and CSV as companies have them: read, checked, loaded, and written.

Two passes: `open_rows` and `check` say what is wrong, `load` records what is right.
"""
