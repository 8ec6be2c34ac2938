"""Who is there, what of the unreadable is told, how parcels are joined, how an address is written."""

from __future__ import annotations

import logging

import pytest

from anlan.gateways.devices import TWICE, UP, Devices
from anlan.gateways.ingest import Ingest
from anlan.gateways.jetstream import subject
from anlan.gateways.publish import joined
from anlan.gateways.refusals import Refusals
from anlan.gateways.settings import Address, read_listen
from anlan.kernel.errors import BadInput
from anlan.kernel.telemetry import Report, moments, pack, unpack

MINUTE = 60_000


def test_the_first_message_brings_a_device_up_and_its_last_connection_takes_it_down() -> None:
    devices, first, second = Devices(), object(), object()
    assert [devices.heard("A", first), devices.heard("A", first), devices.heard("A", second)] == [UP, "", ""]
    assert [devices.gone("A", first), devices.gone("A", first), devices.gone("A", second)] == [False, False, True]
    assert (len(devices), devices.gone("A", second)) == (0, False)
    assert devices.heard("A", first) == UP


def test_a_device_that_dialled_in_anew_is_no_second_device() -> None:
    devices, old, new = Devices(), object(), object()
    assert [devices.heard("A", c) for c in (old, old, new, new, new)] == [UP, "", "", "", ""]


def test_two_devices_with_one_identity_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    devices, one, other = Devices(), object(), object()
    assert [devices.heard("A", c) for c in (one, other, one, other, one)] == [UP, "", TWICE, "", ""]
    assert [r.getMessage() for r in caplog.records] == ["two connections send as A"]


def test_of_two_connections_the_one_that_is_left_keeps_the_device_up() -> None:
    devices, one, other = Devices(), object(), object()
    devices.heard("A", one)
    devices.heard("A", other)
    assert (devices.gone("A", other), devices.heard("A", one), devices.gone("A", one)) == (False, "", True)


def test_of_refused_pieces_some_are_told_and_the_rest_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    refusals = Refusals(per_minute=3)
    due = [refusals.weigh("1.2.3.4", "hj212.frame.crc", MINUTE) for _ in range(25)]
    assert due == [1, 1, 1, 0, 0, 3, *[0] * 5, 6, *[0] * 11, 12, 0]
    # In the next minute it begins again, without a second line in the log; after a quiet minute that too.
    assert refusals.weigh("1.2.3.4", "hj212.frame.crc", 2 * MINUTE) == 1
    assert len(caplog.records) == 1
    refusals.weigh("1.2.3.5", "hj212.frame.crc", 4 * MINUTE)
    refusals.weigh("1.2.3.4", "hj212.frame.crc", 5 * MINUTE)
    assert [r.getMessage().split()[0] for r in caplog.records] == ["1.2.3.4", "1.2.3.5", "1.2.3.4"]


def test_addresses_beyond_the_most_are_not_sampled() -> None:
    refusals = Refusals(most_peers=2)
    assert [refusals.weigh(peer, "x", 0) for peer in ("a", "b", "c", "a", "c")] == [1, 1, 0, 1, 0]


def reports(*numbers: int) -> list[Report]:
    return [Report(f"g:{n}", "hj212", "A", "2011", n, "", moments((("a21001-Rtd", n, 1.5, "N"),))) for n in numbers]


def test_joined_parcels_are_a_parcel_of_all_reports() -> None:
    parts = [pack(reports(1, 2)), pack([]), pack(reports(3))]
    assert unpack(joined(parts)) == reports(1, 2, 3)
    assert joined([pack([])]) == pack([])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hj212=0.0.0.0:5212", Address("hj212", "0.0.0.0", 5212)),
        ("hj212=[::1]:0", Address("hj212", "::1", 0)),
        ("hj212=gate.example:80", Address("hj212", "gate.example", 80)),
    ],
)
def test_an_address_is_read(text: str, found: Address) -> None:
    assert read_listen(text) == found


@pytest.mark.parametrize(
    "text", ["", "hj212", "hj212=", "hj212=:5212", "hj212=host", "hj212=host:x", "hj212=host:70000", "=a:1"]
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="gateways.listen.malformed"):
        read_listen(text)


@pytest.mark.parametrize("address", ["", "127.0.0.1:8000", "ftp://host", "http://"])
def test_an_ingest_must_be_http(address: str) -> None:
    with pytest.raises(BadInput, match="gateways.ingest.address"):
        Ingest(address, "token")


def test_the_subject_says_where_the_county_is() -> None:
    assert subject("331003") == subject("331003001000") == "anlan.33.10.03.sensing.parcel"
    for region in ("", "3310", "33100x"):
        with pytest.raises(BadInput, match="gateways.nats.region"):
            subject(region)
