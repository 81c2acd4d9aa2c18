"""Writes docs/report-json.md from the schemas of the reports: every field with its type, its unit and its meaning.

::

    python docs/make_report_json.py

A test holds the committed page against what this would write.
"""

import glob
import json
import os
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = os.path.join(ROOT, "migrate", "judge", "report", "schema")
PAGE = os.path.join(ROOT, "docs", "report-json.md")
ORDER = ("twins", "models", "lab", "sweep", "retrain")
HEAD = """<!-- written by docs/make_report_json.py from migrate/judge/report/schema: change it there -->

# The reports as JSON

`--json FILE` writes a report as one object; `-` as the file means standard output. Each kind of report has a
[JSON Schema](https://json-schema.org/) (draft 2020-12), which is installed with poets, and this page is made from them.
With the package `jsonschema`:

```python
import json
import pkgutil

import jsonschema

schema = json.loads(pkgutil.get_data("poets.migrate.judge.report", "schema/twins.json"))
jsonschema.validate(json.load(open("verdict.json")), schema)
```

`schema_version` increases when a field is removed or changes its meaning. New fields may be added without an increase,
so ignore fields that you do not know. What is unknown, or was not measured, is `null`. A *map* is an object whose keys
are names: `*` stands for any of them, and `[]` for each element of a list. A *side* is `legacy` or `modern`; with
`--twins modern,modern`, `legacy` is the first of the two.
"""


class Line(NamedTuple):
    """One row of a table."""

    field: str
    """Its path below the object: `training.steps`."""
    kind: str
    unit: str
    meaning: str


def page(schemas: Dict[str, Dict[str, Any]]) -> str:
    """The whole page; ``schemas`` by the names of their files."""
    parts = [HEAD]
    shared: Dict[str, Any] = {}
    for name in ORDER:
        schema = schemas[name]
        shared.update(schema.get("$defs", {}))
        parts.append(
            f"\n## {schema['title']}\n\n{schema['description']} "
            f"Schema: `migrate/judge/report/schema/{name}.json`.\n\n{table(schema)}"
        )
    parts.append("\n## Parts that several reports have\n")
    for name in sorted(shared):
        parts.append(f"\n### {name}\n\n{shared[name]['description']}\n\n{table(shared[name])}")
    return "".join(parts)


def table(schema: Dict[str, Any]) -> str:
    """The fields of an object as a table, those of the objects within it too."""
    rows = ["| field | type | unit | meaning |", "| --- | --- | --- | --- |"]
    rows += [f"| `{line.field}` | {line.kind} | {line.unit} | {line.meaning} |" for line in fields(schema, "")]
    return "\n".join(rows) + "\n"


def fields(schema: Dict[str, Any], path: str) -> Iterator[Line]:
    """The rows of an object's fields, in order."""
    for name, field in schema.get("properties", {}).items():
        yield from described(field, f"{path}{name}")


def described(field: Dict[str, Any], path: str) -> Iterator[Line]:
    """The row of one field, and those of what is within it."""
    kind, inner, below = kind_of(field)
    meaning = field.get("description") or inner.get("description", "")
    if field.get("enum"):
        meaning = f"One of {', '.join(f'`{value}`' for value in field['enum'])}. {meaning}"
    yield Line(path, kind, field.get("unit") or inner.get("unit", ""), meaning.replace("|", "\\|").strip())
    yield from fields(inner, path + below + ".")


def kind_of(field: Dict[str, Any]) -> Tuple[str, Dict[str, Any], str]:
    """A field's type in words, the schema of what is within, and what stands for its key or place in a path."""
    if "anyOf" in field:  # a part of another name, or null
        words, inner, below = kind_of(field["anyOf"][0])
        return words + " or null", inner, below
    if "$ref" in field:
        name = field["$ref"].split("/")[-1]
        return f"[{name}](#{name})", {}, ""
    types: List[str] = field["type"] if isinstance(field["type"], list) else [field["type"]]
    optional = " or null" if "null" in types else ""
    many = ", or null" if "null" in types else ""
    if "items" in field:
        words, inner, below = kind_of(field["items"])
        number = "two of" if field.get("maxItems") == 2 else "list of"
        return f"{number} {_together(words)}{many}", _with_unit(field["items"], inner), "[]" + below
    if "additionalProperties" in field:
        words, inner, below = kind_of(field["additionalProperties"])
        return f"map to {_together(words)}{many}", _with_unit(field["additionalProperties"], inner), ".*" + below
    return types[0] + optional, field, ""


def _together(words: str) -> str:
    return f"({words})" if words.endswith(" or null") else words


def _with_unit(values: Dict[str, Any], inner: Dict[str, Any]) -> Dict[str, Any]:
    return dict(inner, unit=values["unit"]) if "unit" in values else inner


def read_schemas() -> Dict[str, Dict[str, Any]]:
    """Name of the file without its end -> schema."""
    found = {}
    for path in glob.glob(os.path.join(SCHEMAS, "*.json")):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)[: -len(".json")]] = json.load(file)
    return found


if __name__ == "__main__":
    with open(PAGE, "w", encoding="utf-8") as page_file:
        page_file.write(page(read_schemas()))
