"""Tests over the small demo county, which is built once for this package."""
