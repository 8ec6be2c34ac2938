"""The runner: one per database, catches up once, takes up what a killed one left."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest

from anlan.kernel.errors import NotAllowed, Unavailable
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import Job
from anlan.platform.scheduler import Runner, job_list, lease, run_list
from anlan.platform.scheduler.models import JobLease, JobRun
from anlan.platform.scheduler.runner import MAX_ATTEMPTS
from anlan.platform.scope import SYSTEM, Scope

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ADMIN = Scope(person="p", post="", name="", rights=frozenset({"platform.operate"}), region="331003")


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment


class Bench:
    """One job, its runs and a clock that the test moves."""

    def __init__(self) -> None:
        self.clock, self.ran = Clock(), []
        self.job = Job("test.sweep", "测试任务", self._run, every=timedelta(minutes=10))

    def _run(self, now: datetime) -> str:
        self.ran.append(now)
        return f"第 {len(self.ran)} 次"

    def runner(self, *more: Job) -> Runner:
        return Runner({j.id: j for j in (self.job, *more)}, now=self.clock)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_due_job_runs_and_its_result_is_kept(bench: Bench) -> None:
    runner = bench.runner()
    assert [r.job for r in runner.turn()] == ["test.sweep"]
    assert runner.turn() == []
    run = JobRun.objects.get()
    assert (run.due_at, run.finished_at, run.result, run.error, run.attempts) == (START, START, "第 1 次", "", 1)


def test_after_a_long_sleep_it_runs_once(bench: Bench) -> None:
    runner = bench.runner()
    runner.turn()
    bench.clock.moment = START + timedelta(days=2, minutes=3)
    runner.turn()
    runner.turn()
    assert len(bench.ran) == 2
    assert JobRun.objects.order_by("-due_at").first().due_at == START + timedelta(days=2)


def test_a_daily_job_of_a_new_installation_waits_for_its_next_turn(bench: Bench) -> None:
    daily = Job("test.daily", "", lambda now: "已执行", daily_at="02:30")
    runner = bench.runner(daily)
    runner.turn()
    assert JobRun.objects.get(job="test.daily").result == "首次启动，自下一个时点起执行。"
    bench.clock.moment = START + timedelta(days=1)  # the machine was off during the night
    runner.turn()
    assert JobRun.objects.filter(job="test.daily").order_by("-due_at").first().result == "已执行"


def test_a_run_that_was_killed_is_taken_up_again(bench: Bench) -> None:
    JobRun.objects.create(job="test.sweep", due_at=START, started_at=START, attempts=1)
    bench.clock.moment = START + timedelta(minutes=1)
    bench.runner().turn()
    run = JobRun.objects.get()
    assert (run.attempts, run.result, run.finished_at) == (2, "第 1 次", START + timedelta(minutes=1))


def test_a_run_that_kills_its_runner_every_time_is_given_up(bench: Bench) -> None:
    JobRun.objects.create(job="test.sweep", due_at=START, started_at=START, attempts=MAX_ATTEMPTS)
    bench.runner().turn()
    assert bench.ran == []
    assert JobRun.objects.get().error == "job.interrupted"


def test_one_failing_job_does_not_stop_the_others(bench: Bench) -> None:
    def breaks(now: datetime) -> str:
        raise ZeroDivisionError("坏了")

    def refuses(now: datetime) -> str:
        raise Unavailable("platform.attachment.disk_full")

    bench.runner(
        Job("test.breaks", "", breaks, every=timedelta(hours=1)),
        Job("test.refuses", "", refuses, every=timedelta(hours=1)),
    ).turn()
    errors = dict(JobRun.objects.values_list("job", "error"))
    assert errors["test.sweep"] == ""
    assert errors["test.breaks"] == "ZeroDivisionError: 坏了"
    assert errors["test.refuses"].startswith("服务器磁盘已满")


def test_a_clock_that_ran_ahead_stops_no_job(bench: Bench) -> None:
    daily = Job("test.daily", "", lambda now: "已执行", daily_at="02:30")
    runner = bench.runner(daily)
    runner.turn()
    for name in ("test.sweep", "test.daily"):
        JobRun.objects.create(job=name, due_at=START.replace(year=2090), started_at=START, finished_at=START)
    bench.clock.moment = START + timedelta(minutes=10)
    assert [r.job for r in runner.turn()] == ["test.sweep"]
    assert runner.turn() == []
    bench.clock.moment = START + timedelta(days=1)
    assert [r.job for r in runner.turn()] == ["test.sweep", "test.daily"]


@pytest.mark.django_db(transaction=True)
def test_a_prompt_job_waits_for_no_other(bench: Bench) -> None:
    begun, called, stop = threading.Event(), threading.Event(), threading.Event()
    both: list[bool] = []

    def long(now: datetime) -> str:
        begun.set()
        both.append(called.wait(60))  # in vain, were the prompt job to wait for this one
        return ""

    def call(now: datetime) -> str:
        if begun.wait(60):
            called.set()
        return ""

    runner = Runner(
        {j.id: j for j in (
            Job("test.long", "", long, every=timedelta(hours=1)),
            Job("test.call", "", call, every=timedelta(hours=1), prompt=True),
        )},
        now=bench.clock,
    )  # fmt: skip
    thread = threading.Thread(target=runner.loop, args=(stop, 0.05))
    thread.start()
    try:
        assert called.wait(90)
    finally:
        stop.set()
        thread.join()
    assert both == [True]
    assert dict(JobRun.objects.values_list("job", "attempts")) == {"test.long": 1, "test.call": 1}
    assert not JobRun.objects.filter(finished_at=None).exists()


def test_whoever_is_called_waits_for_no_backup() -> None:
    assert {job.id for job in CATALOGUE.jobs.values() if job.prompt} == {"calling.calls", "sensing.call"}


def test_only_one_of_two_runners_works(bench: Bench) -> None:
    first, second = bench.runner(), bench.runner()
    assert len(first.turn()) == 1
    bench.clock.moment = START + timedelta(seconds=30)
    assert second.turn() == []
    bench.clock.moment = START + timedelta(minutes=10)  # the first one has been silent for longer than its lease
    assert len(second.turn()) == 1
    assert first.turn() == []


def test_the_lease_of_a_dead_process_of_this_machine_is_taken_at_once(bench: Bench) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead = f"{socket.gethostname()[:60]}:{gone.pid}:abcd"
    JobLease.objects.create(id=1, holder=dead, until=START + timedelta(seconds=50))
    assert lease.acquire("me", START) is True


@pytest.mark.parametrize(
    "holder",
    ["elsewhere:1:abcd", f"{socket.gethostname()[:60]}:{os.getpid()}:abcd", "odd"],
    ids=["foreign", "living", "odd"],
)
def test_a_living_or_foreign_holder_is_waited_for(holder: str) -> None:
    JobLease.objects.create(id=1, holder=holder, until=START + timedelta(seconds=50))
    assert lease.acquire("me", START) is False
    assert lease.acquire("me", START + timedelta(seconds=50)) is True


def test_the_list_of_jobs_is_for_administrators(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CATALOGUE, "jobs", {"test.sweep": bench.job})
    assert [line.state for line in job_list(ADMIN, START)] == ["never"]
    bench.runner().turn()
    line = job_list(ADMIN, START)[0]
    assert (line.label, line.state, line.result, line.next_at) == (
        "测试任务",
        "done",
        "第 1 次",
        START + timedelta(minutes=10),
    )
    JobRun.objects.update(error="job.interrupted")
    assert job_list(ADMIN, START)[0].error == "多次执行时被中断，已停止重试，请查看运行日志。"
    assert len(run_list(ADMIN)) == 1
    with pytest.raises(NotAllowed):
        job_list(SYSTEM, START)
    with pytest.raises(NotAllowed):
        run_list(SYSTEM)


def test_every_declared_job_has_one_rhythm_and_a_label() -> None:
    for job in CATALOGUE.jobs.values():
        assert (job.every is None) != (job.daily_at is None), job.id
        assert job.label, job.id
