"""The import contracts cover every slice, also one that was added yesterday."""

import tomllib

from tests.conftest import ROOT

PACKAGE = ROOT / "feedback_app"
# No slices: they hold no capability and no tables.
OTHER_PACKAGES = {"cli", "demo", "kit"}


def contracts() -> list[dict[str, list[str]]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, list[str]]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def slices() -> set[str]:
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name not in OTHER_PACKAGES}


def test_every_slice_keeps_the_order_inside() -> None:
    ordered = {
        container.removeprefix("feedback_app.")
        for contract in contracts()
        for container in contract.get("containers", [])
        if container != "feedback_app"
    }
    assert ordered == slices()


def test_every_slice_with_tables_has_them_to_itself() -> None:
    protected = {module.split(".")[1] for contract in contracts() for module in contract.get("protected_modules", [])}
    tables = ("models.py", "models/__init__.py")
    assert protected == {name for name in slices() if any((PACKAGE / name / file).exists() for file in tables)}
