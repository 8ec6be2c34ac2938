"""Settings, URLs and the list of contexts: the only place that knows which database and which bus are in force."""
