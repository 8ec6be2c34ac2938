"""Reports that write themselves from a template: what a clerk may put into one, what is wrong with it, how it is filled in.

Pure: the ledgers are behind `figure.FigureSource`.
"""
