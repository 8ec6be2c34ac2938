"""`python -m anlan.cli`: the command without an installed script."""

from anlan.cli import main

main(prog_name="anlan")
