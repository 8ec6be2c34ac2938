"""A county made from a file of figures: as many rows in the ledgers as its reports state, the rest as reported values."""

from anlan.demo.figurefile.build import build_figures

__all__ = ["build_figures"]
