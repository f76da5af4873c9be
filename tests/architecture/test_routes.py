"""Every route says who may open it, and every form that changes something carries a token."""

from flask import Flask

from feedback_app.kit.security import csrf
from feedback_app.kit.web import audience_of

STATIC = {"static"}  # files of the style sheet, for everybody; Flask's own route
# Endpoint -> why a request without a token can do no harm there.
WITHOUT_TOKEN: dict[str, str] = {
    "dossiers_api.put_day": "it reads no cookie, only a key that no browser adds by itself",
    "kiosks_api.enrol": "it reads no cookie, only a code that its sender was given",
    "kiosks_api.hand_over": "it reads no cookie, only a key that no browser adds by itself",
    "kiosks_api.report": "it reads no cookie, only a key that no browser adds by itself",
    "kiosks_api.respond": "it reads no cookie, only a key that no browser adds by itself",
    "surveys_api.make": "it reads no cookie, only a key that no browser adds by itself",
    "kiosks_calls.call_up": "it reads no cookie, only a key that no browser adds by itself",
    "site.looked_up": "it changes nothing, and another site cannot read its answer",
    "visits.beacon": "it only says that some page is being read, which anybody may say with or without a token",
}
# Endpoint -> where its view checks a token of its own; tests/surveys/test_answer.py and
# tests/kiosks/test_handover.py send them forms without one.
OWN_TOKEN: dict[str, str] = {
    "surveys.answer": "kit/visitor_tokens.py",
    "surveys.finish": "kit/visitor_tokens.py",
}

# The one-stop system names what it delivers and may deliver it again: that is what PUT means.
SENT_BY_SCRIPT = {"dossiers_api.put_day"}


def is_static(endpoint: str) -> bool:
    return endpoint.rpartition(".")[2] in STATIC


def test_every_route_declares_its_audience(whole_app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in whole_app.url_map.iter_rules()
        if not is_static(rule.endpoint) and audience_of(whole_app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


def test_every_post_is_protected_or_says_why_not(whole_app: Flask) -> None:
    assert whole_app.config.get("WTF_CSRF_ENABLED", True)
    exempt = set()
    for rule in whole_app.url_map.iter_rules():
        view = whole_app.view_functions[rule.endpoint]
        names = {f"{view.__module__}.{view.__name__}", rule.endpoint}
        blueprints = {rule.endpoint.rpartition(".")[0]}
        if names & csrf._exempt_views or blueprints & csrf._exempt_blueprints:
            exempt.add(rule.endpoint)
    assert exempt == set(WITHOUT_TOKEN) | set(OWN_TOKEN)


def test_a_get_never_shares_its_route_with_a_change_by_get(whole_app: Flask) -> None:
    for rule in whole_app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint in SENT_BY_SCRIPT:
            assert methods == {"PUT"}
            continue
        assert methods <= {"GET", "POST"}, f"{rule.endpoint}: HTML forms know GET and POST alone"
