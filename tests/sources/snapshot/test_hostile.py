"""Whatever a path holds, opening it gives a source or one clear sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import CatalogQuery, ComponentsQuery, LogsQuery
from midwatch.errors import SourceUnusable
from midwatch.sources.snapshot import archive, open_snapshot
from tests.sources.objects import pod
from tests.sources.snapshot.files import PODS, names, write

POD = b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"}}'


def refused(path: Path) -> str:
    with pytest.raises(SourceUnusable) as caught:
        open_snapshot(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


def tar_of(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))  # pyright: ignore[reportUnknownMemberType]
    return target.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return target.getvalue()


FILES = {"top/pod.json": POD, "top/logs/shop/a/app.log": b"hello\n", "top/movie.mp4": b"x" * 100}
ARCHIVES = {
    "tar": tar_of(FILES, "w"),
    "tar.gz": tar_of(FILES),
    "tar.bz2": tar_of(FILES, "w:bz2"),
    "tar.xz": tar_of(FILES, "w:xz"),
    "zip": zip_of(FILES),
}


@pytest.mark.parametrize("suffix", list(ARCHIVES))
async def test_archives_are_read_in_place(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"snapshot.{suffix}"
    path.write_bytes(ARCHIVES[suffix])
    source = open_snapshot(path)
    assert names(await source.fetch(PODS)) == ["a"]
    assert (await source.fetch(LogsQuery("shop", "a", "app"))).pages == (b"hello\n",)


@pytest.mark.parametrize("packed", [gzip.compress(POD, mtime=0), POD], ids=["gzip", "plain"])
async def test_a_single_file_is_a_snapshot(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / ("pod.json" if packed == POD else "pod.json.gz")
    path.write_bytes(packed)
    assert names(await open_snapshot(path).fetch(PODS)) == ["a"]


async def test_a_single_yaml_file_of_any_name_is_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "paste.txt"
    path.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n")
    assert names(await open_snapshot(path).fetch(PODS)) == ["a"]


def test_a_missing_path(tmp_path: Path) -> None:
    assert "no snapshot at" in refused(tmp_path / "nowhere")


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "holds no files" in refused(tmp_path)


def test_a_folder_without_objects(tmp_path: Path) -> None:
    assert "holds no Kubernetes objects" in refused(write(tmp_path, {"README.md": "hi", "values.yaml": "a: 1"}))


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert "is empty" in refused(tmp_path / "empty")


def test_prose_is_no_snapshot(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("NAME READY\nweb 1/1\n")
    assert "holds no Kubernetes objects" in refused(tmp_path / "notes.txt")


def test_a_special_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "neither a folder nor a file" in refused(tmp_path / "pipe")
    assert "pipe: not a regular file" in refused(tmp_path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0)
    assert "cannot read" in refused(tmp_path / "secret")


def test_fifty_megabytes_of_garbage_fail_at_once(tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(os.urandom(1_000_000) * 50)
    start = monotonic()
    assert "binary file" in refused(path)
    assert monotonic() - start < 1


@pytest.mark.parametrize("suffix", ["tar.gz", "tar.bz2", "tar.xz", "zip"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_truncated_archive(tmp_path: Path, suffix: str, part: float) -> None:
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(ARCHIVES[suffix][: int(len(ARCHIVES[suffix]) * part)])
    assert "damaged or cut short" in refused(path)


def test_a_tar_cut_within_a_member(tmp_path: Path) -> None:
    path = tmp_path / "cut.tar"
    path.write_bytes(tar_of({"a.json": POD * 100}, "w")[:2000])
    assert "damaged or cut short" in refused(path)


async def test_members_that_point_outside_are_listed(tmp_path: Path) -> None:
    files = {"ok.json": POD, "../up.json": POD, "/etc/abs.json": POD, "a/../../b.json": POD, "C:/x.json": POD}
    for name, content in (("t.tgz", tar_of(files)), ("z.zip", zip_of(files))):
        (tmp_path / name).write_bytes(content)
        source = open_snapshot(tmp_path / name)
        assert names(await source.fetch(PODS)) == ["a"]
        assert len(source.skipped) == 4
        assert all("outside" in each.why for each in source.skipped)


async def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        link = tarfile.TarInfo("passwd.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        hard = tarfile.TarInfo("hard.json")
        hard.type, hard.linkname = tarfile.LNKTYPE, "../../etc/passwd"
        tar.addfile(hard)
        info = tarfile.TarInfo("pod.json")
        info.size = len(POD)
        tar.addfile(info, io.BytesIO(POD))
    (tmp_path / "t.tar").write_bytes(target.getvalue())
    source = open_snapshot(tmp_path / "t.tar")
    assert [each.where for each in source.skipped] == ["passwd.json", "hard.json"]


async def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_bytes(POD)
    inside = tmp_path / "inside"
    write(inside, {"b.json": pod("b")})
    (inside / "a.json").symlink_to(tmp_path / "outside.json")
    (inside / "c.json").symlink_to("b.json")
    (inside / "loop.json").symlink_to("loop.json")
    (inside / "dir").symlink_to(tmp_path)
    source = open_snapshot(inside)
    assert names(await source.fetch(PODS)) == ["b"]
    assert sorted(each.where for each in source.skipped) == ["a.json", "dir", "loop.json"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object) -> None:
    monkeypatch.setattr(archive, "_UNSUSPICIOUS", 1_000_000)
    bomb = tar_of({"a.json": b" " * 30_000_000}, "w")
    (tmp_path / "bomb.tar").write_bytes(pack(bomb))  # type: ignore[operator]
    assert "300 times" in refused(tmp_path / "bomb.tar")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_UNSUSPICIOUS", 1_000_000)
    (tmp_path / "bomb.zip").write_bytes(zip_of({f"{number}.json": b" " * 10_000_000 for number in range(3)}))
    assert "300 times" in refused(tmp_path / "bomb.zip")


def test_too_many_bytes_or_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in ("tar.gz", "zip"):
        (tmp_path / suffix).write_bytes(ARCHIVES[suffix])
        with monkeypatch.context() as patch:
            patch.setattr(archive, "MOST_FILES", 1)
            assert "more than 1 files" in refused(tmp_path / suffix)
        with monkeypatch.context() as patch:
            patch.setattr(archive, "MOST_BYTES", 50)
            assert "unpacks to more than" in refused(tmp_path / suffix)


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    info = tarfile.TarInfo("huge.json")
    info.size = 10**12
    (tmp_path / "t.tar").write_bytes(info.tobuf() + POD)
    assert "damaged or cut short" in refused(tmp_path / "t.tar")


NAMES = st.sampled_from(
    [
        "a.json",
        "b.yaml",
        "c.json.gz",
        "snapshot.json",
        "nodes.json",
        "x/pods.json",
        "x/y/logs.txt",
        "components.json",
        "logs/n/p/c.log",
        "logs/n/p/c.log.gz",
        "namespaces/n/core/pods.yaml",
        "namespaces/n/pods/p/c/c/logs/current.log",
        "t.tar",
    ]
)
WORDS = st.sampled_from(
    [
        b"kind: Pod\n",
        b"apiVersion: v1\n",
        b"items:\n",
        b"- ",
        b'{"kind":"List","items":[',
        b"]}",
        b"---\n",
        b"metadata:\n",
        b"  name: x\n",
        b'{"format":1}',
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"BZh9",
        b"\xfd7zXZ\0",
        b"\xff\xfe",
        b"*a &a",
    ]
)
CONTENTS = st.binary(max_size=300) | st.lists(WORDS | st.binary(max_size=8), max_size=12).map(b"".join)


async def _read_all(path: Path) -> None:
    try:
        source = open_snapshot(path)
    except SourceUnusable:
        return
    queries = [BY_KIND[kind].query() for kind in ("Pod", "Node", "Secret")]
    logs = [LogsQuery("n", "p", "c", previous=previous) for previous in (False, True)]
    for query in (*queries, *logs, CatalogQuery(), ComponentsQuery()):
        if source.answers(query):
            assert (await source.fetch(query)).state in EvidenceState
    assert await source.check()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, CONTENTS, max_size=4))
async def test_any_bytes_in_any_files_are_a_source_or_a_refusal(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    await _read_all(write(folder, dict(files)))
    for name in files:
        await _read_all(folder / name)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(list(ARCHIVES)),
    start=st.integers(0, 600),
    patch=st.binary(min_size=1, max_size=40),
    files=st.dictionaries(NAMES, CONTENTS, max_size=3),
)
async def test_any_damage_to_an_archive_is_a_source_or_a_refusal(
    suffix: str, start: int, patch: bytes, files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "archive"
    for whole in (ARCHIVES[suffix], zip_of(files), tar_of(files, "w")):
        path.write_bytes(whole[:start] + patch + whole[start + len(patch) :])
        await _read_all(path)
