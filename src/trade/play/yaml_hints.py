"""What to do about text that is not YAML: the traps people fall into when they write rules."""

from __future__ import annotations

import re

_QUOTE = 'quote it: "{}"'
_STARTERS = {
    ">": _QUOTE.format(">"),
    "%": _QUOTE.format("%"),
    "`": "remove the backtick, or quote the text",
    "@": "quote the text that begins with '@'",
    "\t": "indent with spaces, not with tabs",
}
_BARE_OPERATOR = re.compile(r"(?<![\"'])(>=?|!=|\*|%)(?![\"'])")
FOLDED = 'write the operator in quotes: ">"; a lone > or | starts a block of text, which only a description may be'
TEMPLATE = 'quote it: "{{ name }}"'
TAG = 'write the plain value; an operator that begins with ! needs quotes: "!="'
ALIAS = 'an anchor must be defined above its use; the operator * needs quotes: "*"'


def syntax_hint(problem: str, line: str) -> str:
    """Return the advice for a parser's complaint about one line of the file."""
    if "{{" in line:
        return TEMPLATE
    for starter, hint in _STARTERS.items():
        if f"character {starter!r}" in problem:
            return hint
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _STARTERS["\t"]
    if "alias" in problem:
        return ALIAS
    bare = _BARE_OPERATOR.search(line)
    if bare:
        return _QUOTE.format(bare.group(1))
    return "check the indentation, brackets and quotes of this line and the one above"
