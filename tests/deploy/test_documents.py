"""What the documents list is all there is: decisions in a row, every slice on the map, every command with its words."""

from collections.abc import Iterator

import click
from flask import Flask

from tests.conftest import ROOT

# Flask's own and Flask-Migrate's.
NOT_OURS = {"db", "routes", "run", "shell"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if path or name not in NOT_OURS:
            yield from (
                commands(command, (*path, name)) if isinstance(command, click.Group) else [" ".join((*path, name))]
            )


def test_every_command_is_explained_in_both_languages(whole_app: Flask) -> None:
    vietnamese, english = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("\n# Commands\n")
    found = list(commands(whole_app.cli))
    assert found
    assert [name for name in found if f"| `{name}" not in vietnamese] == []
    assert [name for name in found if f"`{name}`" not in english] == []


def test_every_import_is_told_where_its_columns_are() -> None:
    told = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "docs").glob("import-*.md")))
    for name in ("departments import", "dossiers import", "dossiers import-reported", "petitions import"):
        assert f'CMD="{name} ' in told, name
    assert 'CMD="ratings import-reported ' in told


def test_decisions_are_numbered_in_a_row_and_headed_by_their_number() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [file.name[:4] for file in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    for number, file in enumerate(files, start=1):
        assert file.read_text(encoding="utf-8").startswith(f"# {number}. "), file.name


def test_the_map_of_the_code_names_every_slice() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    drawn = readme.split("## Bản đồ mã nguồn")[1].split("\n## ")[0]
    packages = sorted(path.parent.name for path in (ROOT / "feedback_app").glob("*/__init__.py"))
    assert [name for name in packages if f"`{name}`" not in drawn and f"`feedback_app/{name}`" not in drawn] == []
