import pytest
from sqlalchemy.orm import Session

from tests.appraisal.making import Workplace, make_workplace


@pytest.fixture
def place(session: Session) -> Workplace:
    return make_workplace(session)
