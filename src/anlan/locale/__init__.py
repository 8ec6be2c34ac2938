"""Chinese of the libraries we show: gettext catalogue and formats."""
