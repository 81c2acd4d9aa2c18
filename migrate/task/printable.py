"""Text from elsewhere made fit to be shown: labels, file names, versions and what another process wrote.

A label may hold an escape sequence that moves the cursor, changes colours, retitles the window or types for the user.
Only characters that begin such a sequence are replaced, so the rest of it stays visible.
"""

import re

# Control characters except tab and newline; overrides and isolates of the writing direction, which show a name in
# another order than it has; line and paragraph separators; and the surrogates of file names that are not UTF-8. Nothing
# of these is valid, or wanted, in XML and HTML either. `re` compiles it when it is first used, as `--help` never does.
UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
# What a spreadsheet's formula begins with, also in full width (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def printable(text: str) -> str:
    """The text with U+FFFD for every character that could do something to a terminal or break a report."""
    return re.sub(UNPRINTABLE, "\ufffd", text)


def csv_cell(text: str) -> str:
    """A cell of CSV with text from elsewhere: behind an apostrophe if a spreadsheet would take it for a formula."""
    return "'" + text if text.startswith(FORMULA) else text
