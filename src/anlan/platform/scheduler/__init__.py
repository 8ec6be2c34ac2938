"""Timed work: what is due, one runner per database, runs that survive `kill -9` and a sleeping machine.

Jobs are declared by contexts (`jobs.py`, JOBS); a thread of `anlan serve` or the process `anlan worker` runs them.
"""

from anlan.platform.scheduler.listing import JobLine, job_list, run_list
from anlan.platform.scheduler.runner import Runner

__all__ = ["JobLine", "Runner", "job_list", "run_list"]
