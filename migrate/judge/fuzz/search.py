"""The search: hypothesis draws inputs, the twins run them, and an input on which they differ is shrunk and kept."""

import hashlib
import json
import os
import random
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import hypothesis
from hypothesis.database import DirectoryBasedExampleDatabase

from poets.migrate.judge.fuzz import domains, pictures
from poets.migrate.judge.fuzz.sides import ENDED, Sides
from poets.migrate.task.errors import BadInput
from poets.migrate.task.files import whole_file, write_text

EXAMPLES = ".examples"  # hypothesis's own database, in the output folder
SHRINKS = 200
ENDING_SECONDS = 90.0
KINDS = {"pictures": pictures.Picture, "trainings": domains.SmallTraining}


class Found(NamedTuple):
    domain: str
    input: Any
    """The smallest input with this difference that was found."""
    words: str
    """The input in words."""
    difference: str
    """How the sides differ, in words."""
    file: Optional[str]
    """Path of the file that keeps it; None if it was not kept."""


class DomainResult(NamedTuple):
    domain: str
    tried: int
    """Number of inputs compared."""
    found: Optional[Found]
    """None if no input showed a difference."""


def search(
    domain: domains.Domain,
    sides: Sides,
    examples: int,
    seed: int,
    folder: Optional[str],
    advance: Callable[[int], None] = lambda count: None,
    shrinks: int = SHRINKS,
    ending_seconds: float = ENDING_SECONDS,
) -> DomainResult:
    """Search a domain for an input on which the twins differ, and return the smallest that hypothesis finds.

    After an input that crashes a worker, TensorFlow must be restarted, so the time for such tries is limited.

    Args:
        domain: Domain.
        sides: both workers.
        examples: int, maximum number of inputs drawn before the search gives up; shrinking draws more.
        seed: int.
        folder: str, where findings are kept, with the examples that led to them, which are tried first next time.
        advance: called with 1 for each input tried.
        shrinks: int, tries beyond the examples for shrinking.
        ending_seconds: float, time limit for tries that crash a worker; then the smallest input so far is taken.
    """
    tried: List[int] = []
    endings: List[float] = []  # seconds of each try since the first that crashed a worker
    known: Dict[str, str] = {}  # input tried -> its difference

    def differs(given: Any) -> bool:
        if repr(given) not in known:
            if len(tried) >= examples + shrinks or sum(endings) > ending_seconds:
                return False  # small enough: an input not tried yet counts as not differing
            tried.append(1)
            advance(1)
            began = time.perf_counter()
            known[repr(given)] = domain.difference(sides, given)
            if ENDED in known[repr(given)] or endings:
                endings.append(time.perf_counter() - began)
        return bool(known[repr(given)])

    database = DirectoryBasedExampleDatabase(os.path.join(folder, EXAMPLES)) if folder else None
    settings = hypothesis.settings(
        max_examples=examples,
        database=database,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
    )
    try:
        least = hypothesis.find(
            domain.strategy,
            differs,
            settings=settings,
            random=random.Random(seed),
            database_key=domain.name.encode("ascii"),
        )
    except hypothesis.errors.NoSuchExample:
        return DomainResult(domain.name, len(tried), None)
    difference = known[repr(least)]
    found = Found(domain.name, least, domain.in_words(least), difference, None)
    return DomainResult(domain.name, len(tried), keep(found, folder) if folder else found)


def keep(found: Found, folder: str) -> Found:
    """Write a finding: its recipe as JSON, and for a picture the image file beside it."""
    recipe = {
        "domain": found.domain,
        "input": input_as_json(found.input),
        "words": found.words,
        "difference": found.difference,
    }
    digest = hashlib.sha256(json.dumps(recipe["input"], sort_keys=True).encode("utf-8")).hexdigest()[:8]
    stem = os.path.join(folder, f"{found.domain}-{digest}")
    if found.domain == "pictures":
        with whole_file(stem + "." + found.input.format) as temporary:
            with open(temporary, "wb") as file:
                file.write(pictures.encode(found.input))
    write_text(stem + ".json", json.dumps(recipe, indent=2) + "\n")
    return found._replace(file=stem + ".json")


def input_as_json(given: Any) -> Any:
    """An input as JSON."""
    return dict(given._asdict()) if hasattr(given, "_asdict") else given


def replay(path: str, sides: Sides) -> Found:
    """Try one kept input, or any photo, and return the difference if there is one.

    Raises:
        BadInput: the file is neither of them.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise BadInput(f"--replay: cannot read {path}: {error.strerror}")
    if not path.endswith(".json"):
        return Found("pictures", path, path, domains.file_difference(sides, data, os.path.basename(path)), path)
    try:
        recipe: Dict[str, Any] = json.loads(data.decode("utf-8"))
        given = recipe["input"]
        if recipe["domain"] in KINDS:
            given = KINDS[recipe["domain"]](**given)
        if recipe["domain"] == "pictures":
            given = given._replace(colour=tuple(given.colour))
        domain = domains.DOMAINS[recipe["domain"]]
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"--replay: {path} was not kept by `poets fuzz`")
    return Found(domain.name, given, domain.in_words(given), domain.difference(sides, given), path)


def kept_in(folder: str) -> List[str]:
    """The kept inputs of a folder, sorted by name."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(".json")]
