"""Settings: read once, refused whole, every problem named."""

import dataclasses

import pytest

from config import BadSettings, Settings

GOOD = {
    "DATABASE_URL": "postgresql://feedback@db/feedback",
    "REDIS_URL": "redis://queue:6379/0",
    "SECRET_KEY": "x" * 40,
    "FEEDBACK_ENV": "development",
}


def test_good_settings_are_frozen_and_name_the_driver() -> None:
    settings = Settings.from_environ(GOOD)
    assert settings.database_url == "postgresql+psycopg://feedback@db/feedback"
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.secret_key = "other"  # type: ignore[misc]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.from_environ(
            {
                "DATABASE_URL": "mysql://db/feedback",
                "SECRET_KEY": "short",
                "FEEDBACK_ENV": "development",
                "MINIMUM_RESPONSES": "4",
                "KIOSK_IDLE_SECONDS": "soon",
            }
        )
    named = {problem.split(":")[0] for problem in refused.value.problems}
    assert named == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MINIMUM_RESPONSES", "KIOSK_IDLE_SECONDS"}
    assert all(name in str(refused.value) for name in named)


def test_production_must_name_the_office_and_its_address() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.from_environ({**GOOD, "FEEDBACK_ENV": "production"})
    named = {problem.split(":")[0] for problem in refused.value.problems}
    assert named == {
        "PUBLIC_URL",
        "OFFICE_NAME",
        "OFFICE_NAME_EN",
        "OFFICE_PARENT",
        "OFFICE_RESPONSIBLE",
        "OFFICE_ADDRESS",
        "OFFICE_PHONE",
        "OFFICE_EMAIL",
    }


def test_english_of_the_office_is_optional_and_never_the_demonstrations_beside_a_real_name() -> None:
    assert Settings.from_environ(GOOD).office.parent_name_en == "Quang Tri Province"
    named = Settings.from_environ(
        {**GOOD, "OFFICE_PARENT": "Tỉnh Nghệ An", "OFFICE_ADDRESS_EN": "1 Main Street"}
    ).office
    assert (named.parent_name, named.parent_name_en, named.address_en) == ("Tỉnh Nghệ An", "", "1 Main Street")


@pytest.mark.parametrize(
    ("given", "ranked"), [({}, 100), ({"MINIMUM_RESPONSES": "250"}, 250), ({"MINIMUM_RANKED": "30"}, 30)]
)
def test_ranks_need_as_many_answers_as_scores_at_least(given: dict[str, str], ranked: int) -> None:
    assert Settings.from_environ({**GOOD, **given}).minima.ranked == ranked


def test_a_rank_without_a_score_is_refused() -> None:
    with pytest.raises(BadSettings, match="MINIMUM_RANKED"):
        Settings.from_environ({**GOOD, "MINIMUM_RESPONSES": "50", "MINIMUM_RANKED": "49"})


@pytest.mark.parametrize("empty", ["", "   "])
def test_a_blank_value_is_a_missing_one(empty: str) -> None:
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        Settings.from_environ({**GOOD, "SECRET_KEY": empty})


@pytest.mark.parametrize(
    ("name", "default", "wrong"),
    [
        ("ANSWERS_PER_ADDRESS", 240, "0"),
        ("LOOKUP_MONTHS", 18, "0"),
        ("LOOKUP_MONTHS", 18, "121"),
        ("PAPER_BLIND_REVIEW_PERCENT", 1, "101"),
        ("PAPER_PAUSE_PER_MILLE", 5, "1001"),
        ("PAPER_PAUSE_BASE", 200, "4"),
    ],
)
def test_limits_are_whole_numbers(name: str, default: int, wrong: str) -> None:
    assert getattr(Settings.from_environ(GOOD), name.lower()) == default
    assert getattr(Settings.from_environ({**GOOD, name: "7"}), name.lower()) == 7
    with pytest.raises(BadSettings, match=name):
        Settings.from_environ({**GOOD, name: wrong})


@pytest.mark.parametrize("wrong", ["0", "101", "90%", "-1"])
def test_a_target_is_a_percentage(wrong: str) -> None:
    assert Settings.from_environ(GOOD).target_share == 90
    with pytest.raises(BadSettings, match="TARGET_SHARE"):
        Settings.from_environ({**GOOD, "TARGET_SHARE": wrong})


def test_the_format_of_dossier_codes_must_be_an_expression_and_keys_long() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.from_environ(
            {
                **GOOD,
                "DOSSIER_CODE_PATTERN": "[A-",
                "DOSSIER_TOKEN_KEY": "short",
                "DOSSIER_SLIP_DAYS": "0",
                "PAPER_FORM_KEY": "short",
                "PAPER_SECOND_KEYING_PERCENT": "101",
            }
        )
    named = {problem.split(":")[0] for problem in refused.value.problems}
    assert named == {
        "DOSSIER_CODE_PATTERN",
        "DOSSIER_TOKEN_KEY",
        "DOSSIER_SLIP_DAYS",
        "PAPER_FORM_KEY",
        "PAPER_SECOND_KEYING_PERCENT",
    }
    settings = Settings.from_environ(GOOD)
    assert (settings.dossier_token_key, settings.dossier_token_months, settings.dossier_slip_days) == ("", 18, 60)
    assert settings.paper_second_keying_percent == 10


def test_days_off_are_single_days_and_spans() -> None:
    def days(written: str) -> list[str]:
        return sorted(map(str, Settings.from_environ({**GOOD, "DAYS_OFF": written}).days_off))

    assert days("") == []
    assert days("2027-02-05..2027-02-07 2027-04-16") == ["2027-02-05", "2027-02-06", "2027-02-07", "2027-04-16"]
    for wrong in ("Tết", "2027-02-07..2027-02-05", "2027-02-05..2028-02-07", "2027-02-30"):
        with pytest.raises(BadSettings, match="DAYS_OFF"):
            days(wrong)


def test_opening_hours_that_cannot_be_read_are_named_and_unenrolled_kiosks_are_for_trials() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.from_environ({**GOOD, "OPENING_HOURS": "every day"})
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["OPENING_HOURS"]
    assert Settings.from_environ(GOOD).unenrolled_kiosks
    office = dict.fromkeys(("NAME", "NAME_EN", "PARENT", "RESPONSIBLE", "ADDRESS", "PHONE", "EMAIL"), "x")
    production = {
        **GOOD,
        "FEEDBACK_ENV": "production",
        "PUBLIC_URL": "https://danhgia.example.vn",
        **{f"OFFICE_{name}": said for name, said in office.items()},
    }
    assert not Settings.from_environ(production).unenrolled_kiosks
