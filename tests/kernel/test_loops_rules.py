"""Loop declarations: what is refused when one is declared, and what may follow what."""

import dataclasses

import pytest

from anlan.kernel.errors import BadInput
from anlan.kernel.loops import Action, Loop, State

OPEN, DONE = State("open", "待整改"), State("closed", "已销号", terminal=True)
REPORT = Action("report", "登记隐患", "t.hazard.reported", (), "open", "t.report")
CLOSE = Action("close", "验收销号", "t.hazard.closed", ("open",), "closed", "t.close", ("photo",), "复查合格后销号。")


def make(states=(OPEN, DONE), actions=(REPORT, CLOSE), initial="report"):
    return Loop("hazard", "t.hazard", "隐患", states, actions, initial)


def test_loop_answers_its_declaration():
    loop = make()
    assert loop.initial_state == "open"
    assert loop.open_states == ("open",)
    assert loop.choices == (("open", "待整改"), ("closed", "已销号"))
    assert loop.action("close") is CLOSE
    assert loop.state("closed") is DONE
    assert loop.actions_from("open") == (CLOSE,)
    assert loop.actions_from("closed") == ()
    assert loop == make()
    with pytest.raises(dataclasses.FrozenInstanceError):
        loop.id = "other"


def test_action_keeps_the_order_of_its_declaration():
    extend = Action("extend", "申请延期", "t.hazard.extended", ("open",), "open", "t.extend")
    assert [a.id for a in make(actions=(REPORT, extend, CLOSE)).actions_from("open")] == ["extend", "close"]


def test_unknown_ids_are_refused_with_codes():
    with pytest.raises(BadInput) as action:
        make().action("burn")
    with pytest.raises(BadInput) as state:
        make().state("burnt")
    assert (action.value.code, action.value.message) == ("kernel.loop.unknown_action", "“隐患”中没有“burn”这一操作。")
    assert (state.value.code, state.value.message) == ("kernel.loop.unknown_state", "“隐患”中没有“burnt”这一状态。")


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        pytest.param("close", "open", [], id="may follow"),
        pytest.param("report", "", [], id="initial action of a subject that does not exist yet"),
        pytest.param(
            "close", "closed", [("kernel.loop.not_from_here", {"action": "验收销号", "state": "已销号"})], id="twice"
        ),
        pytest.param(
            "report", "open", [("kernel.loop.not_from_here", {"action": "登记隐患", "state": "待整改"})], id="again"
        ),
        pytest.param(
            "close", "", [("kernel.loop.not_from_here", {"action": "验收销号", "state": "—"})], id="too early"
        ),
        pytest.param(
            "close",
            "newer",
            [("kernel.loop.not_from_here", {"action": "验收销号", "state": "newer"})],
            id="state of a newer version",
        ),
        pytest.param(
            "burn", "open", [("kernel.loop.unknown_action", {"loop": "隐患", "action": "burn"})], id="unknown action"
        ),
    ],
)
def test_check_step(action, state, expected):
    assert [(v.code, v.facts) for v in make().check_step(action, state)] == expected


def test_refusal_reads_in_chinese():
    assert make().check_step("close", "closed")[0].message == "当前状态为“已销号”，不能进行“验收销号”。"


STUCK = State("stuck", "搁置")
PARK = Action("park", "搁置", "t.hazard.parked", ("open",), "stuck", "t.park")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"states": (OPEN, OPEN, DONE)}, "duplicate state open", id="duplicate state"),
        pytest.param({"actions": (REPORT, CLOSE, CLOSE)}, "duplicate action close", id="duplicate action"),
        pytest.param(
            {"initial": "found"},
            "unknown initial action found; action report: starts from no state",
            id="unknown initial action",
        ),
        pytest.param({"states": (OPEN,)}, "action close: unknown state closed", id="unknown target"),
        pytest.param(
            {"actions": (REPORT, dataclasses.replace(CLOSE, from_=("open", "gone")))},
            "action close: unknown state gone",
            id="unknown source",
        ),
        pytest.param({"states": (OPEN, DONE, State("", "空", True))}, "empty state id", id="empty state id"),
        pytest.param(
            {"actions": (REPORT, dataclasses.replace(CLOSE, kind="other.closed"))},
            "action close: kind other.closed is not of t.hazard",
            id="kind of another subject",
        ),
        pytest.param(
            {"actions": (dataclasses.replace(REPORT, from_=("open",)), CLOSE)},
            "action report: the initial action starts from no state",
            id="initial action with a source",
        ),
        pytest.param(
            {"actions": (REPORT, CLOSE, dataclasses.replace(CLOSE, id="drop", from_=()))},
            "action drop: starts from no state",
            id="action without a source",
        ),
        pytest.param({"states": (OPEN, DONE, State("lost", "遗失", True))}, "unreachable state lost", id="unreachable"),
        pytest.param(
            {"states": (OPEN, STUCK, DONE), "actions": (REPORT, PARK, CLOSE)}, "dead end stuck", id="dead end"
        ),
        pytest.param(
            {
                "states": (OPEN, STUCK, State("deep", "更深"), DONE),
                "actions": (
                    REPORT,
                    PARK,
                    dataclasses.replace(PARK, id="sink", from_=("stuck",), to="deep"),
                    dataclasses.replace(PARK, id="rise", from_=("deep",), to="stuck"),
                    CLOSE,
                ),
            },
            "dead end stuck; dead end deep",
            id="a circle without an end",
        ),
    ],
)
def test_declaration_that_can_not_work_is_refused(changes, problem):
    with pytest.raises(ValueError) as error:
        make(**changes)
    assert str(error.value) == f"loop hazard: {problem}"


def test_terminal_state_may_be_left_again():
    reopen = Action("reopen", "重新打开", "t.hazard.reopened", ("closed",), "open", "t.reopen")
    assert make(actions=(REPORT, CLOSE, reopen)).actions_from("closed") == (reopen,)
