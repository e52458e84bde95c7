"""`midwatch doctor`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from midwatch.app import Target, check
from midwatch.cli.options import settings_of, target_options, targets_of
from midwatch.errors import MidwatchError
from midwatch.settings import Settings
