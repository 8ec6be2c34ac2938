"""Migrations of inspection."""
