"""The documents lead to what is there: links, files, settings, commands, numbered decisions."""

import ast
import re
from pathlib import Path

import pytest

from izin.cli.main import COMMANDS
from izin.wiring.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PARTS = ["Context", "Decision", "What follows", "Also weighed", "Held by"]
CONTEXT_SENTENCES_MAX = 4
DECISION_LINES_MAX = 45
ARCHITECTURE_LINES_MAX = 150

LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|sql|toml|json|md)|(?:[\w.-]+/)+")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SENTENCE_END = re.compile(r"[.?!](?=\s|$)")

# made by a start or a build, so not in the repository
MADE_LATER = {"var/demo.json", "database/", "database/server.log"}
LABEL_OF_A_KEY = "izin/v1/"
# pages name the source from the repository or from the package
UNDER = (ROOT, ROOT / "src" / "izin")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose_of(document: Path) -> str:
    return FENCED.sub("", document.read_text("utf-8"))


def anchors_of(document: Path) -> set[str]:
    heads = HEADING.findall(document.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.casefold()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_link_leads_to_something(document: Path):
    for target in LINK.findall(prose_of(document)):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        aim = (document.parent / file).resolve() if file else document
        assert aim.exists(), target
        assert not anchor or anchor in anchors_of(aim), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_file_that_is_named_is_there(document: Path):
    for quoted in QUOTED.findall(prose_of(document)):
        path = quoted.partition("::")[0].partition(":")[0]
        if not PATH.fullmatch(path) or "/" not in path:
            continue
        if path in MADE_LATER or path.startswith(LABEL_OF_A_KEY):
            continue
        assert any((folder / path).exists() for folder in UNDER), quoted


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_case_that_is_named_is_there(document: Path):
    for path, case in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", prose_of(document)):
        assert re.search(rf"\bdef {case}\(", (ROOT / path).read_text("utf-8")), case


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_python_that_is_shown_is_python(document: Path):
    for language, code in FENCED.findall(document.read_text("utf-8")):
        if language == "python":
            ast.parse(code)


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_has_its_five_parts(decision: Path):
    text = decision.read_text("utf-8")
    title, status, *_ = [line for line in text.splitlines() if line]
    assert title.startswith(f"# {decision.name[:4]} ")
    assert status.startswith(("Accepted.", "Superseded"))
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert len(text.splitlines()) <= DECISION_LINES_MAX, "more than a page"


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_can_be_quoted_and_says_soon_why(decision: Path):
    parts = re.split(r"^## .+$", decision.read_text("utf-8"), flags=re.MULTILINE)
    _, context, decided, *_ = parts
    assert len(SENTENCE_END.findall(context)) <= CONTEXT_SENTENCES_MAX
    [sentence] = re.findall(r"\*\*(.+?)\*\*", decided)
    assert len(SENTENCE_END.findall(re.sub(r"`[^`]+`", "", sentence))) == 1


def test_the_page_on_architecture_is_one_page():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(text.splitlines()) <= ARCHITECTURE_LINES_MAX


def test_every_setting_is_described_with_its_default():
    text = (ROOT / "docs" / "operations" / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(IZIN_\w+)` \| ([^|]+?) \|", text, re.MULTILINE))
    assert set(rows) == {PREFIX + name.upper() for name in Settings.__struct_fields__}
    shown = {name: QUOTED.findall(default) for name, default in rows.items()}
    for name, [default] in ((n, d) for n, d in shown.items() if d):
        assert read_settings({name: default}) == read_settings({}), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_setting_that_is_shown_is_one(document: Path):
    shown = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", document.read_text("utf-8")))
    known = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    assert shown <= known | {"IZIN_CONFIG", "IZIN_CITUS_URL"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_command_that_is_shown_is_one(document: Path):
    text = document.read_text("utf-8")
    named = set(re.findall(r"(?:`|/bin/|^)izin (\w+)", text, re.MULTILINE))
    assert named <= set(COMMANDS)


def test_a_target_that_is_shown_is_in_the_makefile():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        shown = re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE)
        assert set(shown) <= targets, name_of(document)
