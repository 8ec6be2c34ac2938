from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_county(county):
    assert county.scope["town"].region == "331003001"
