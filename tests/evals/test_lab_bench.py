"""`midwatch lab bench`: what it measures is what happened."""

from __future__ import annotations

import asyncio

import msgspec
from click.testing import CliRunner

from midwatch.cli.root import midwatch
from midwatch.evals.lab_bench.report import page
from midwatch.evals.lab_bench.results import LabBench, Large, Started
from midwatch.evals.lab_bench.serving import measure_lists, measure_watches
from midwatch.evals.lab_bench.settling import lose_node, release, settle


def test_a_large_cluster_settles_is_listed_in_pages_watched_and_survives_a_release_and_a_lost_node() -> None:
    cluster, settled = settle(800)
    assert settled.ready == settled.pods >= 800
    assert settled.nodes == 17  # and the control plane
    listed = asyncio.run(measure_lists(cluster))
    assert (listed.pods, listed.pages) == (settled.pods, 2)
    assert listed.bytes > settled.pods * 1000
    watched = asyncio.run(measure_watches(cluster))
    assert watched.events >= watched.watchers * settled.pods
    released, lost = release(cluster), lose_node(cluster)
    assert (released.replaced, released.ready) == (100, settled.pods)
    assert lost.replaced >= 20
    assert lost.ready >= settled.pods - 2  # the DaemonSets' pods of the lost node wait for it
    assert cluster.env.components.crashes == []
    shown = page(
        LabBench(Started(1.0, 2.0, 0.5), (Large(settled, (released, lost), listed, watched),)), markdown=True
    )
    assert f"| {settled.pods}  | a node lost" in shown


def test_the_command_measures_in_processes_of_its_own() -> None:
    done = CliRunner().invoke(midwatch, ["lab", "bench", "--pods", "100", "-o", "json"])
    assert done.exit_code == 0, done.output
    found = msgspec.json.decode(done.stdout, type=LabBench)
    assert 0 < found.started.loading < found.started.answered < found.started.ran
    assert [each.settled.ready >= 100 for each in found.large] == [True]
    refused = CliRunner().invoke(midwatch, ["lab", "bench", "--pods", "1"])
    assert refused.exit_code != 0
