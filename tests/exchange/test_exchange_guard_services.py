"""What a run's author may not touch, asked of the guard itself: ids that are spelled otherwise than entries spell them."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.kernel.entry import Draft
from anlan.kernel.errors import ProtocolError
from anlan.platform.exchange.guard import refuse_overreach
from anlan.platform.journal import receive
from platform_helpers import NOW, Peer, opened, subject

pytestmark = pytest.mark.django_db(transaction=True)
EAST, SOUTH = "331003001000", "331003002000"


def redaction(named: Any) -> Any:
    draft = Draft("platform.redaction.redacted", "platform.redaction/1", EAST, {"entries": named})
    return Peer("331003001a").bear(draft)


def test_a_text_of_another_town_is_not_blanked_however_its_id_is_spelled() -> None:
    south = Peer("331003002a")
    south.bear(opened("南镇", subject(), region=SOUTH))
    receive.receive(south.links, region=SOUTH, now=NOW)
    held = south.links[0].entry
    plain = held.replace("-", "")
    for named in ([held], [plain], [held.upper()], ["{" + held + "}"], ["urn:uuid:" + held], ["x"], [1], held, {held: 1}):
        with pytest.raises(ProtocolError) as refused:
            refuse_overreach("331003001a", EAST, [redaction(named)])
        assert refused.value.code == "exchange.overreach"


def test_a_text_of_the_own_town_may_be_blanked() -> None:
    east = Peer("331003001a")
    east.bear(opened("东镇", subject(), region=EAST))
    receive.receive(east.links, region=EAST, now=NOW)
    refuse_overreach("331003001a", EAST, [redaction([east.links[0].entry]), redaction([])])
