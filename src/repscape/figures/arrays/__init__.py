"""Figures of arrays: each function says what is shown, and lets a painter draw it."""
