"""Batches through the S3 protocol: moto's server, behind a proxy that lets answers go wrong."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from batch.albums import command, contents, lasting, read_manifest
from batch.faulty import Proxy, standing_before
from focalbox import InvalidRequest
from focalbox.batch import run

FAULTS = ("busy", "lost", "cut", "slow")
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        with standing_before(server.get_host_and_port()[1]) as proxy, pytest.MonkeyPatch.context() as patch:
            for name, value in (KEYS | {"AWS_ENDPOINT_URL": proxy.address}).items():
                patch.setenv(name, value)
            yield proxy
    finally:
        server.stop()


@pytest.fixture
def bucket(proxy: Proxy, album: Path) -> Iterator[Any]:
    """A bucket with the album under ``in``."""
    store = boto3.resource("s3", endpoint_url=proxy.address)
    bucket = store.create_bucket(Bucket=f"album-{random.getrandbits(32):08x}")
    for name, content in contents(album).items():
        bucket.put_object(Key=f"in/{name}", Body=content)
    yield bucket
    proxy.faults = ()


def objects(bucket: Any, prefix: str) -> dict[str, bytes]:
    found = bucket.objects.filter(Prefix=prefix)
    return {entry.key.removeprefix(prefix): entry.get()["Body"].read() for entry in found}


def test_a_bucket_gives_what_a_folder_gives_although_answers_go_wrong(
    album: Path, tmp_path: Path, proxy: Proxy, bucket: Any
) -> None:
    run(album, ["64x64", "2:1"], tmp_path / "o", manifest=tmp_path / "m.parquet", workers=1)
    proxy.faults = FAULTS
    proxy.met.clear()
    address = f"s3://{bucket.name}"
    summary = run(f"{address}/in", ["64x64", "2:1"], f"{address}/out", workers=2)
    proxy.faults = ()
    assert set(proxy.met) == set(FAULTS)
    assert (summary.done, summary.failed) == (7, 1)
    made = objects(bucket, "out/")
    (tmp_path / "s3.parquet").write_bytes(made.pop("manifest.parquet"))
    assert made == contents(tmp_path / "o")
    here, there = lasting(read_manifest(tmp_path / "m.parquet")), lasting(read_manifest(tmp_path / "s3.parquet"))
    for row in here + there:
        row["source"] |= {"address": "", "stamp": ""}
        row["output"] = row["output"] and Path(row["output"]).name
    assert there == here


def test_a_bucket_is_resumed_by_its_tags(bucket: Any, album: Path) -> None:
    source, out = f"s3://{bucket.name}/in", f"s3://{bucket.name}/out"
    first = run(source, "64x64", out, manifest=f"{out}/m.jsonl", workers=1)
    bucket.put_object(Key="in/coffee.jpg", Body=(album / "chelsea.jpg").read_bytes())
    bucket.Object("out/rocket-64x64.jpg").delete()
    again = run(source, "64x64", out, manifest=f"{out}/m.jsonl", resume=True, workers=1)
    assert (first.done, first.failed) == (7, 1)
    assert (again.done, again.skipped, again.failed) == (3, 4, 1)  # changed, gone, and the damaged one
    made = objects(bucket, "out/")
    assert made["coffee-64x64.jpg"] == made["chelsea-64x64.jpg"]
    assert not [name for name in made if ".parts/" in name]


def test_what_lies_in_a_bucket_already_is_not_overwritten(bucket: Any) -> None:
    bucket.put_object(Key="out/coffee-64x64.jpg", Body=b"mine")
    with pytest.raises(InvalidRequest, match="was not made by this job"):
        run(f"s3://{bucket.name}/in", "64x64", f"s3://{bucket.name}/out")
    assert objects(bucket, "out/") == {"coffee-64x64.jpg": b"mine"}


def test_a_bucket_in_itself_is_refused(bucket: Any) -> None:
    with pytest.raises(InvalidRequest, match="would crop the crops"):
        run(f"s3://{bucket.name}/in", "64x64", f"s3://{bucket.name}/in/crops")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://no-such-bucket-at-all/in", "cannot be listed"),
        ("s3://{bucket}/no-such-prefix", "there is no folder, picture or prefix"),
    ],
)
def test_a_prefix_that_is_not_there_is_a_wrong_call(bucket: Any, tmp_path: Path, address: str, sentence: str) -> None:
    ended = command(address.format(bucket=bucket.name), "-s", "1:1", "--out", tmp_path / "o")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert sentence in ended.stderr


def test_missing_credentials_are_said(bucket: Any, tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    bare |= {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"], "AWS_EC2_METADATA_DISABLED": "true"}
    bare |= {"HOME": str(tmp_path)}
    ended = command(f"s3://{bucket.name}/in", "-s", "1:1", "--out", tmp_path / "o", env=bare)
    assert ended.returncode == 2
    assert "credentials" in ended.stderr.lower()
    assert "Traceback" not in ended.stderr


def test_objects_have_the_headers_that_were_asked_for(bucket: Any) -> None:
    source, out = f"s3://{bucket.name}/in", f"s3://{bucket.name}/out"
    lasts = "public, max-age=31536000, immutable"
    run(source, "64x64", out, format="webp", cache_control=lasts, storage_class="STANDARD_IA", limit=2, workers=1)
    made = [entry for entry in bucket.objects.filter(Prefix="out/") if entry.key.endswith(".webp")]
    assert len(made) == 2
    for entry in made:
        told = entry.get()
        told["Body"].close()  # a body that nobody reads keeps its socket, which a later test would be blamed for
        assert (told["ContentType"], told["CacheControl"]) == ("image/webp", lasts)
        assert told["StorageClass"] == "STANDARD_IA"


def test_a_store_that_refuses_results_is_one_sentence_a_picture(bucket: Any, proxy: Proxy, tmp_path: Path) -> None:
    source = f"s3://{bucket.name}/in"
    ended = command(
        source,
        "-s",
        "64x64",
        "--out",
        "s3://not-there-at-all/out",
        "--manifest",
        tmp_path / "m.jsonl",
        "--workers",
        "1",
    )
    assert ended.returncode in (1, 2)
    assert "not-there-at-all" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert all(line.startswith("focalbox: ") or "pictures" in line for line in ended.stderr.splitlines() if line)
