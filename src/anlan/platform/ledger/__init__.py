"""Ledgers (台账): declared once, derived everywhere: desk list, filter, search, history, Excel/CSV, GeoJSON, API."""
