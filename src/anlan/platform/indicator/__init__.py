"""Indicators (指标): how contexts declare a named number, how it is computed, and which rows are behind it."""
