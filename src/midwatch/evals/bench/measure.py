"""Measure one recorded cluster, in this process."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec

from midwatch.app import Investigation, investigate
from midwatch.causes.rank import conclude
from midwatch.detectors.registry import detect
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.finding import Finding
from midwatch.domain.kube.decode import decode_page
from midwatch.evals.bench.recording import About, read_about, read_pages, read_source
from midwatch.evals.memory import MemorySource
from midwatch.knowledge.changes import changes
from midwatch.knowledge.graph import build_graph
from midwatch.protocols.source import Source
from midwatch.settings import Settings
from midwatch.workflow.gather import gather
from midwatch.workflow.inventory import read_inventory
from midwatch.workflow.plan_survey import survey_queries
from midwatch.workflow.state import Scope, silent
from midwatch.domain.query import CatalogQuery
from midwatch.workflow.unchecked import is_complete
