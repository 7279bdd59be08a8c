"""Compares the analysis of SQL with GoogleSQL's own analyser."""
