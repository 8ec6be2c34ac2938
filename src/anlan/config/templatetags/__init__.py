"""Template tags of the shell; `{% load anlan %}`."""
