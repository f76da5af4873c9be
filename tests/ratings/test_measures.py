"""Every measure has its own name, in both languages, and a place that explains it."""

import re

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from deploy.translations import ENGLISH
from feedback_app.dossiers import figures as dossiers
from feedback_app.ratings import schemes
from feedback_app.ratings.measures import GROUPS, MEASURES, MeasureNotFound, measure
from feedback_app.ratings.schemes import indices, national
from tests import factories
from tests.factories import local
from tests.staff.people import add_person, sign_in


def test_no_two_measures_share_a_name_a_code_or_a_formula() -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en")

    def in_english(text: str) -> str:
        message = english.get(text)
        assert message is not None, text
        assert isinstance(message.string, str)
        assert message.string, text
        return message.string

    for told in (
        [each.code for each in MEASURES],
        [each.name.lower() for each in MEASURES],
        [in_english(each.name).lower() for each in MEASURES],
        [each.formula for each in MEASURES],
        [in_english(each.formula) for each in MEASURES],
    ):
        assert len(set(told)) == len(MEASURES)
    for each in MEASURES:
        for text in (each.numerator, each.denominator, each.rounding, each.basis, GROUPS[each.group]):
            assert in_english(text)


def test_what_other_parts_show_has_a_measure() -> None:
    for code in dossiers.MEASURES:
        assert measure(code.replace("_", "-")).name == dossiers.MEASURES[code]
    for scheme in schemes.shipped():
        if isinstance(scheme.rules, national.NationalRules):
            for part in scheme.rules.parts:
                assert f"tối đa {part.most}" in measure(f"{scheme.code}-{part.code.replace('.', '-')}").name
        elif isinstance(scheme.rules, indices.IndexRules):
            for subject, scale in scheme.rules.scales.items():
                assert f"tối đa {scheme.rules.maximum(scale)}" in measure(f"{scheme.code}-{subject}").name
        else:
            assert measure(scheme.code)


def test_an_unknown_measure_is_none() -> None:
    with pytest.raises(MeasureNotFound):
        measure("khong-co")


def test_the_page_explains_every_measure_and_scheme_at_its_anchor(client: FlaskClient) -> None:
    page = client.get("/phuong-phap").text
    for each in MEASURES:
        assert f'id="{each.code}"' in page
        assert each.name in page
        assert each.formula in page
    for scheme in schemes.shipped():
        assert scheme.id in page
        assert scheme.basis in page
    for anchor in ("khoang-tin-cay", "it-phieu", "cong-bo", "khong-phai"):
        assert f'id="{anchor}"' in page


def test_what_shipped_schemes_rest_on_is_told_in_english_too(client: FlaskClient) -> None:
    assert {scheme.basis for scheme in schemes.shipped()} == set(schemes.SHIPPED_BASES)
    page = client.get("/phuong-phap?lang=en").text
    for scheme in schemes.shipped():
        assert scheme.basis not in page
    assert "Decree 61/2018/NĐ-CP, Articles 30 and 31; Circular 01/2018/TT-VPCP, Articles 13, 14 and 15" in page


def test_every_link_to_a_measure_leads_to_one(client: FlaskClient, session: Session) -> None:
    department = factories.department(session, "do-thi")
    factories.responses(session, factories.questionnaire(session), department, local(2026, 3, 2), satisfied=40)
    factories.count(session)
    add_person(session, "quanly", "manager", None)
    session.commit()
    staff = sign_in(client.application, "quanly")
    codes = {each.code for each in MEASURES}
    for path in ("/", "/ket-qua?ky=2026-03", "/ket-qua/do-thi?ky=2026-03", "/quan-ly?ky=2026-03"):
        linked = set(re.findall(r'href="/phuong-phap#([^"]+)"', staff.get(path).text))
        assert linked, path
        assert linked <= codes
        assert "satisfied-share" in linked
    linked = set(re.findall(r'href="/phuong-phap#([^"]+)"', staff.get("/quan-ly/cham-diem/do-thi?ky=2026-Q1").text))
    assert linked == {"tt01-unit", "qd766-2-1", "qd766-5-2", "qd766-5-3", "qd766-5-4"}
    assert 'href="/phuong-phap">' in client.get("/bai-viet").text.split("<footer", 1)[1]
