"""Rules of calling; its loops are collected by config."""

from anlan.calling.rules.call import CALL_LOOP

LOOPS = (CALL_LOOP,)
