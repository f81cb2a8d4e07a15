"""Every page, and block of a page, that the program renders: the one list that `make docs` writes and the tests compare.

A page is a function of its text so far, so that a block can stand inside words that people write.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import first_hour

import trade.analysis.page
import trade.cli.page
import trade.indicators.page
import trade.play.defaults
import trade.play.unsupported
import trade.structures.page
import trade.synthetic.gallery
from trade.cli import app
from trade.files import formats
from trade.play.lookup import SHIPPED, list_plays
from trade.synthetic.registry import PATTERNS

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "configs" / "plays" / "sample.yml"
GALLERY = "docs/patterns"  # holds charts of patterns and nothing else
Page = Callable[[str], str]


def whole(render: Callable[[], str]) -> Page:
    """Return a page of which nothing is written by hand."""
    return lambda _old: render()


def block(name: str, render: Callable[[], str]) -> Page:
    """Return a page that is rendered between `<!-- name: ... -->` and `<!-- end of name -->`."""
    return partial(_between, rf"<!-- {name}: [^\n]*-->\n", rf"<!-- end of {name} -->", render)


def fenced(language: str, render: Callable[[str], str]) -> Page:
    """Return a page of which the first block of a language is rendered, given what it shows."""
    return lambda old: _between(rf"```{language}\n", r"```", lambda: render(shown(old, language)), old)


def _between(before: str, after: str, render: Callable[[], str], old: str) -> str:
    new, found = re.subn(f"({before}).*?({after})", lambda edges: f"{edges[1]}{render()}{edges[2]}", old, count=1, flags=re.DOTALL)
    if not found:
        raise LookupError(f"no block between {before!r} and {after!r}")
    return new


def shown(page: str, language: str) -> str:
    """Return the first fenced block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return found[1] if found else ""


def demo(old: str) -> str:
    """Return what `make demo` prints. The id of a run names versions and architecture: where nothing else differs the old one stays."""
    new = f"$ make demo\n{_printed()}"
    return old if without_id(old) == without_id(new) else new


def without_id(text: str) -> str:
    return re.sub(r"^run \w+ in \S+$", "run ID in FOLDER", text, flags=re.MULTILINE)


@cache
def _printed() -> str:
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(out):
        code = app.run(["backtest", "run", str(SAMPLE)])
    if code:
        raise RuntimeError(f"the sample ended with exit code {code}")
    return out.getvalue()


_gallery = cache(trade.synthetic.gallery.render)


def in_gallery(name: str) -> tuple[str, Page]:
    return f"docs/{name}", whole(lambda: _gallery()[name])


def examples(_old: str) -> str:
    """Return every Play that comes with the program, and what it does on the sample market."""
    parts = [_EXAMPLES]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for path in list_plays(SHIPPED):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = app.run(["backtest", "run", str(path), "--quiet"])
            if code:
                raise RuntimeError(f"'{path}' ended with exit code {code}")
            shown = "".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith("run"))
            parts.append(f"\n## {path.stem}\n\n```yaml\n{path.read_text(encoding='utf-8')}```\n\n```text\n{shown}```\n")
    return "".join(parts)


_EXAMPLES = """# Examples

This page answers what Plays look like: those that come with the program, and their real results on its sample market (`make docs` runs
them; a test compares). They show what can be written, not what earns: the sample market is made, and has no memory worth trading.
`trade init` copies them into a folder of yours, `trade backtest run NAME` runs them anywhere.
"""


PAGES: tuple[tuple[str, Page], ...] = (
    ("README.md", fenced("yaml", lambda _old: SAMPLE.read_text(encoding="utf-8"))),
    ("README.md", fenced("console", demo)),
    ("docs/cli.md", whole(trade.cli.page.render)),
    ("docs/examples.md", examples),
    ("docs/first-hour.md", first_hour.page),
    ("docs/indicators.md", whole(trade.indicators.page.render)),
    ("docs/layouts.md", block("layouts", formats.table)),
    ("docs/metrics.md", whole(trade.analysis.page.metrics_page)),
    ("docs/not-yet.md", whole(trade.play.unsupported.render)),
    ("docs/play.md", block("structures", trade.structures.page.table)),
    ("docs/play.md", block("defaults", trade.play.defaults.render)),
    in_gallery("patterns.md"),
    *(in_gallery(f"patterns/{name}.svg") for name in PATTERNS),
)


def rendered(root: Path = ROOT) -> Mapping[str, str]:
    """Return the text of every file that has rendered parts, by its path."""
    texts: dict[str, str] = {}
    for name, page in PAGES:
        path = root / name
        old = texts.get(name) or (path.read_text(encoding="utf-8") if path.exists() else "")
        texts[name] = page(old)
    return texts


def strays(root: Path = ROOT) -> list[Path]:
    """Return what lies in the gallery and is not part of it."""
    return sorted(path for path in (root / GALLERY).iterdir() if path.relative_to(root).as_posix() not in dict(PAGES))


def write(root: Path = ROOT) -> None:
    """Write every file whose text is another, and remove what is no longer made."""
    for name, text in rendered(root).items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")
    for path in strays(root):
        path.unlink()
        sys.stdout.write(f"removed {path.relative_to(root).as_posix()}\n")


if __name__ == "__main__":
    write()
