"""A study as JSON: `--json FILE`."""

from typing import Any, Dict, Optional

from poets.migrate.study import chapter, homework
from poets.migrate.study import lesson as lessons
from poets.migrate.study.examples import ExampleOutput


def record(name: Optional[str], whole: bool = False) -> Dict[str, Any]:
    """One lesson, step or the homework's questions; without a name, all lessons and the questions."""
    found: Dict[str, Any] = {}
    if name != "questions":
        chosen = [name] if name else lessons.names()
        found["lessons"] = [_chapter(chapter.find(one, whole)) for one in chosen]
    if name in (None, "questions"):
        found["questions"] = {"source": homework.SOURCE, "questions": [one._asdict() for one in homework.QUESTIONS]}
    return found


def of_examples(answer: ExampleOutput) -> Dict[str, Any]:
    """The results of `--try`."""
    tried = [dict(one.example._asdict(), got=one.got, as_told=one.as_quoted) for one in answer.tried]
    return {"tensorflow": answer.tensorflow, "examples": tried}


def _chapter(one: chapter.Chapter) -> Dict[str, Any]:
    found: Dict[str, Any] = {"name": one.name, "line": one.line}
    if one.lesson:
        for name in ("changed", "why"):
            found[name] = getattr(one.lesson, name)
        for name in ("breaks", "figures", "see", "questions"):
            found[name] = [part._asdict() for part in getattr(one.lesson, name)]
    found["lines_of_code"] = {"legacy": one.code[0], "modern": one.code[1]}
    found["twins"] = [{"legacy": _block(beside.legacy), "modern": _block(beside.modern)} for beside in one.twins]
    return found


def _block(block: Optional[chapter.ChapterBlock]) -> Optional[Dict[str, Any]]:
    if block is None:
        return None
    return {
        "file": block.file,
        "name": block.name,
        "first": block.first,
        "last": block.last,
        "lines_of_code": block.code,
        "notes": [note._asdict() for note in block.notes],
        "lines": {str(row.number): "".join(words for _, words in row.segments) for row in block.rows},
    }
