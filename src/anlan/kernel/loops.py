"""Loop declarations: which states a subject of a closed loop has, and which actions lead from where to where.

A loop is data. Who may act is decided by accounts (`Action.right`), whether the law allows it by the context's rules;
the loop only says what can follow what. Source: house rule (docs/explanation/journal.md, steps of a loop).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from anlan.kernel.errors import BadInput, Violation

__all__ = ["Action", "Loop", "State"]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a loop. `terminal` states end the work; an action may still lead out of one (a case re-opened)."""

    id: str
    label: str
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person may do.

    Attributes:
        id: unique in the loop, `close`.
        label: what the button says, Chinese.
        kind: kind of the entry it records, `inspection.hazard.closed`.
        from_: ids of the states it may start from; empty only for the loop's initial action.
        to: id of the state it leads to (the same state for an action that only adds facts).
        right: the right a person needs, `inspection.hazard.close`.
        evidence: names of the facts that must be handed in with it, `("photo", "note")`.
        help: one Chinese sentence for the person who wonders what the button does.
        automatic: name of the service that takes it along, `hazard_close`, or that the system calls by itself,
            `call_open`; such an action nobody presses, and it has no route of its own.
    """

    id: str
    label: str
    kind: str
    from_: tuple[str, ...]
    to: str
    right: str
    evidence: tuple[str, ...] = ()
    help: str = ""
    automatic: str = ""


@dataclass(frozen=True)
class Loop:
    """A closed loop of one subject type, checked as a whole when it is declared.

    Attributes:
        id: `hazard`; unique in its context.
        subject: subject type of its entries, `inspection.hazard`.
        label: its Chinese name.
        states: in the order they are shown.
        actions: in the order their buttons are shown.
        initial_action: id of the action that creates the subject.

    Raises:
        ValueError: a declaration that can't work (duplicate or unknown ids, a state nobody can reach, a state from
            which no end can be reached, an initial action with a `from_` or another action without one, a kind of
            another subject type).
    """

    id: str
    subject: str
    label: str
    states: tuple[State, ...]
    actions: tuple[Action, ...]
    initial_action: str

    def __post_init__(self) -> None:
        problems = [*_id_problems(self), *_action_problems(self)]
        # Reachability says nothing sensible while ids are wrong.
        problems = problems or _path_problems(self)
        if problems:
            raise ValueError(f"loop {self.id}: " + "; ".join(problems))

    @cached_property
    def _actions(self) -> dict[str, Action]:
        return {a.id: a for a in self.actions}

    @cached_property
    def _states(self) -> dict[str, State]:
        return {s.id: s for s in self.states}

    @property
    def initial_state(self) -> str:
        """Id of the state a new subject stands in."""
        return self.action(self.initial_action).to

    @property
    def open_states(self) -> tuple[str, ...]:
        """Ids of the states in which there is still work to do."""
        return tuple(s.id for s in self.states if not s.terminal)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(id, label) of every state, for a model's field."""
        return tuple((s.id, s.label) for s in self.states)

    def state(self, state_id: str) -> State:
        """The state of this id.

        Raises:
            BadInput: "kernel.loop.unknown_state".
        """
        if state_id not in self._states:
            raise BadInput("kernel.loop.unknown_state", loop=self.label, state=state_id)
        return self._states[state_id]

    def action(self, action_id: str) -> Action:
        """The action of this id.

        Raises:
            BadInput: "kernel.loop.unknown_action".
        """
        if action_id not in self._actions:
            raise BadInput("kernel.loop.unknown_action", loop=self.label, action=action_id)
        return self._actions[action_id]

    def actions_from(self, state_id: str) -> tuple[Action, ...]:
        """The actions that may follow in this state, in the order their buttons are shown."""
        return tuple(a for a in self.actions if state_id in a.from_)

    def check_step(self, action_id: str, state_id: str) -> list[Violation]:
        """Why this action can't follow in this state; empty when it can.

        Args:
            state_id: the subject's state; "" for a subject that does not exist yet.
        Returns:
            "kernel.loop.unknown_action" or "kernel.loop.not_from_here" with the labels of action and state.
        """
        action = self._actions.get(action_id)
        if action is None:
            return [Violation("kernel.loop.unknown_action", {"loop": self.label, "action": action_id})]
        if state_id in action.from_ or (state_id == "" and action_id == self.initial_action):
            return []
        # A row written by a newer version may hold a state this one does not know: show its id, never fail.
        state = self._states[state_id].label if state_id in self._states else state_id or "—"
        return [Violation("kernel.loop.not_from_here", {"action": action.label, "state": state})]


def _id_problems(loop: Loop) -> list[str]:
    found = []
    for word, ids in (("state", [s.id for s in loop.states]), ("action", [a.id for a in loop.actions])):
        found += [f"duplicate {word} {i}" for i in sorted({i for i in ids if ids.count(i) > 1})]
        if "" in ids:
            found.append(f"empty {word} id")
    if loop.initial_action not in {a.id for a in loop.actions}:
        found.append(f"unknown initial action {loop.initial_action}")
    return found


def _action_problems(loop: Loop) -> list[str]:
    states = {s.id for s in loop.states}
    found = []
    for action in loop.actions:
        found += [f"action {action.id}: unknown state {s}" for s in (*action.from_, action.to) if s not in states]
        if not action.kind.startswith(f"{loop.subject}."):
            found.append(f"action {action.id}: kind {action.kind} is not of {loop.subject}")
        if action.id == loop.initial_action and action.from_:
            found.append(f"action {action.id}: the initial action starts from no state")
        if action.id != loop.initial_action and not action.from_:
            found.append(f"action {action.id}: starts from no state")
    return found


def _path_problems(loop: Loop) -> list[str]:
    forward: dict[str, set[str]] = {s.id: set() for s in loop.states}
    backward: dict[str, set[str]] = {s.id: set() for s in loop.states}
    for action in loop.actions:
        for state in action.from_:
            forward[state].add(action.to)
            backward[action.to].add(state)
    reached = _reach([loop.initial_state], forward)
    ending = _reach([s.id for s in loop.states if s.terminal], backward)
    found = [f"unreachable state {s.id}" for s in loop.states if s.id not in reached]
    return found + [f"dead end {s.id}" for s in loop.states if s.id not in ending]


def _reach(start: Iterable[str], edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += edges[state]
    return seen
