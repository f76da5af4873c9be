"""Make the web fonts of the service from the full Be Vietnam Pro.

The full TrueType files lie in ``feedback_app/static/fonts/ttf`` because typst sets the PDFs with them. Browsers get a
subset of each: Latin, every Vietnamese letter, figures and the signs the pages use. Both files are written again, byte
for byte, by ``python deploy/fonts.py``; run it after changing a range below or after a new release of the font.

Be Vietnam Pro draws its figures in different widths (a 1 is half as wide as a 4), so columns of numbers would not line
up. Copies of the ten figures on one common width are added here and reached by ``font-variant-numeric: tabular-nums``.

Source: package ``fontpkg-be-vietnam-pro`` 1.2 (Be Vietnam Pro 1.002, SIL Open Font Licence 1.1, no reserved font name).
"""

from copy import deepcopy
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.otlLib.builder import buildSingleSubstSubtable
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import otTables

FONTS = Path(__file__).resolve().parent.parent / "feedback_app" / "static" / "fonts"

WEIGHTS = {"Regular": "be-vietnam-pro-400.woff2", "Bold": "be-vietnam-pro-700.woff2"}

# Vietnamese needs Ă Đ Ĩ Ũ Ơ Ư, the whole block of stacked marks, and the five combining tones for text that was not
# composed yet. Latin-1 covers the other names people write in a comment.
RANGES = [
    (0x0020, 0x007E),
    (0x00A0, 0x00FF),
    (0x0102, 0x0103),
    (0x0110, 0x0111),
    (0x0128, 0x0129),
    (0x0168, 0x0169),
    (0x01A0, 0x01A1),
    (0x01AF, 0x01B0),
    (0x1EA0, 0x1EF9),
]
COMBINING = [0x0300, 0x0301, 0x0303, 0x0309, 0x0323]
SIGNS = "–—‘’“”•…₫−≤≥"

# ccmp, locl, mark and mkmk place the Vietnamese marks.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]


# Of 1000 units an em. The figures run from 385 (1) to 720 (4); wider than this and a 1 stands lost in its place.
FIGURE_WIDTH = 670


def add_tabular_figures(font: TTFont) -> None:
    """Add one-width copies of 0-9 and the ``tnum`` feature that selects them."""
    names = font.getBestCmap()
    swaps = {}
    for digit in "0123456789":
        name = names[ord(digit)]
        copy = f"{name}.tnum"
        advance, bearing = font["hmtx"][name]
        glyph = deepcopy(font["glyf"][name])
        shift = (FIGURE_WIDTH - advance) // 2
        glyph.coordinates.translate((shift, 0))
        font["glyf"][copy] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][copy] = (FIGURE_WIDTH, bearing + shift)
        swaps[name] = copy

    table = font["GSUB"].table
    lookup = otTables.Lookup()
    lookup.LookupType, lookup.LookupFlag = 1, 0
    lookup.SubTable, lookup.SubTableCount = [buildSingleSubstSubtable(swaps)], 1
    table.LookupList.Lookup.append(lookup)
    feature = otTables.Feature()
    feature.FeatureParams = None
    feature.LookupListIndex, feature.LookupCount = [len(table.LookupList.Lookup) - 1], 1
    record = otTables.FeatureRecord()
    record.FeatureTag, record.Feature = "tnum", feature
    # Appended, not sorted: sorting would renumber the features that every script refers to.
    table.FeatureList.FeatureRecord.append(record)
    index = len(table.FeatureList.FeatureRecord) - 1
    for script in table.ScriptList.ScriptRecord:
        systems = [entry.LangSys for entry in script.Script.LangSysRecord]
        for system in [script.Script.DefaultLangSys, *systems]:
            if system is not None:
                system.FeatureIndex.append(index)


def write(weight: str, target: str) -> None:
    """Subset one weight into a WOFF2 file."""
    options = subset.Options(
        flavor="woff2",
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        name_IDs=["0", "1", "2", "13", "14"],
        recalc_timestamp=False,
    )
    full = TTFont(FONTS / "ttf" / f"BeVietnamPro-{weight}.ttf", recalcTimestamp=False)
    add_tabular_figures(full)
    # The subsetter trusts compiled tables only: figures added in memory would be dropped again.
    compiled = BytesIO()
    full.save(compiled)
    font = TTFont(compiled, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    wanted = [point for first, last in RANGES for point in range(first, last + 1)]
    subsetter.populate(unicodes=[*wanted, *COMBINING, *map(ord, SIGNS)])
    subsetter.subset(font)
    subset.save_font(font, str(FONTS / target), options)


if __name__ == "__main__":
    for weight, target in WEIGHTS.items():
        write(weight, target)
