"""Chromium, for the tests that look at pages as a reader does."""

from __future__ import annotations

from tests.chromium import CHROMIUM, browser

__all__ = ["CHROMIUM", "browser"]
