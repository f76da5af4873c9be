"""Which programs are not people. Pure.

The beacon needs JavaScript, a store in the browser and a page that is being looked at, which most crawlers lack, and
the script itself stays silent in browsers that say they are driven by a program (`navigator.webdriver`). What is left
are crawlers that run scripts; they name themselves, and this list knows the names. A program that hides behind the
name of an ordinary browser is counted: the figure is honest about visits, not proof against forgery.
"""

import re

_NAMES = re.compile(
    r"bot|crawl|spider|slurp|headless|lighthouse|pagespeed|prerender|phantomjs|selenium|puppeteer|playwright"
    r"|monitor|uptime|scrapy|curl|wget|python|okhttp|axios|node-fetch|java/|go-http|libwww|httpclient"
    r"|facebookexternalhit|preview|archive",
    re.IGNORECASE,
)


def is_crawler(user_agent: str) -> bool:
    """True for a program that names itself, and for one that names nothing."""
    return not user_agent.strip() or _NAMES.search(user_agent) is not None
