"""What the numbers of a page are measured against: one frozen value, with a version. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Units as in the features. A change of any of them, or of what is done with them, is a new `version`."""

    version: int
    # A blank box: so many MAD above the median of the page's blank ones, within these bounds.
    blank_mads: float = 6.0
    blank_ink: tuple[float, float] = (0.03, 0.05)
    blank_peak: tuple[float, float] = (0.09, 0.17)
    # Clean surroundings of a box that is not marked.
    ring: float = 0.3
    far: float = 0.4
    # The same in a field where another box is clearly marked, whose strokes may reach so far: a speck, a stamp or a
    # stain is no second answer. Not in black and white, where half of a faint mark may be left as a speck.
    ring_of_others: float = 2.5
    around_of_others: float = 0.25
    far_of_others: float = 9.0
    speck_ink: float = 0.02
    speck_span: float = 1.0
    # Nor is a shade without any stroke, as of a fold.
    shade_peak: float = 0.125
    shade_span: float = 0.3
    outline: float = 0.45
    # A mark.
    yes_ink: float = 0.04
    yes_peak: float = 0.2
    yes_span: float = 2.2
    # A small mark: a dot, a short tick. Counts where all of so many answered fields are marked so.
    small_ink: float = 0.012
    small_peak: float = 0.3
    small_span: float = 0.8
    small_around: float = 0.32
    fewest_small: int = 3
    # A mark of which more is outside of its box than inside, as the tail of a tick; as a share of the usual one.
    leaving_ink: float = 0.02
    leaving_span: float = 1.0
    leaving_ring: float = 1.2
    leaving_around: float = 0.32
    share_leaving: float = 0.5
    # A circle around a box: what makes a page one of circles, and what is one on such a page.
    circle_ring: tuple[float, float] = (4.0, 2.4)
    circle_around: tuple[float, float] = (0.6, 0.38)
    circle_ink: float = 0.05
    no_circle_around: float = 0.4
    fewest_circles: int = 2
    # Of the respondent's usual mark, in ink and in darkness.
    share_of_usual: float = 0.4
    share_of_usual_peak: float = 0.65
    # Ink around a marked box: more than its own strokes leave, or from all sides, as of a circle drawn around it; or so
    # many times as much as of the respondent's usual mark.
    own_ring: float = 9.0
    own_around: float = 0.5
    more_ring: float = 1.6
    more_around: float = 1.25
    most_around: float = 0.7
    own_far: float = 8.0
    own_level: float = 0.3
    # A filled box is how a mark is taken back: one that has so much ink, where no other mark tells how the respondent
    # marks; where one does, a box with so much more than usual.
    filled: float = 0.5
    heavy: float = 0.35
    heavier: float = 1.7
    # The same of how much of the box is covered, which shows in pencil too.
    covered: float = 0.72
    more_covered: float = 1.5
    fewest_for_usual: int = 2
    # Shorter marks than this are dots, and some of them may be lost.
    dots: float = 3.1
    # A mark that no other of its page resembles must have less ink than this, inside and around.
    lone_ink: float = 0.5
    lone_ring: float = 4.0


THRESHOLDS: Final = Thresholds(version=2)
