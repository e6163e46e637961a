"""Command line of the training: python -m training all | evaluate | heads."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ALLOCATOR = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "20000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
}
"""glibc keeps freed memory instead of giving it back: on virtual machines fresh pages are dear, and a step took 0.86 s
without these and 0.36 s with them. The last two let a thread that waits leave the core to others."""


def arguments() -> argparse.ArgumentParser:
    """Tell what may be asked for."""
    parser = argparse.ArgumentParser(prog="python -m training", description="Train and measure focalbox's networks.")
    parser.add_argument(
        "command",
        choices=["all", "default", "mit", "evaluate", "heads"],
        help="all: train and export both networks; heads: only measure how marked heads are found",
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the parquet files")
    parser.add_argument("--cache", type=Path, default=Path(".cache/training"), help="prepared arrays and checkpoints")
    parser.add_argument(
        "--out", type=Path, default=Path("src/focalbox/saliency/weights"), help="folder of the ONNX files"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=0,
        help="threads to use (default: all cores)",
    )
    parser.add_argument("--share", type=float, default=1.0, help="share of the recipe's steps, for a trial")
    parser.add_argument("--brief", action="store_true", help="evaluate: only gains, crops, faces, text and time")
    parser.add_argument("--write", action="store_true", help="evaluate, heads: write the tables into the model card")
    parser.add_argument(
        "--page",
        type=Path,
        default=Path("docs/quality.md"),
        help="evaluate: where the table of all maps is written too",
    )
    return parser


def run(options: argparse.Namespace) -> None:
    """Carry out a command."""
    # Here, since they load torch and onnxruntime, which --help does not need.
    from benchmarks.rows import DataError  # noqa: PLC0415

    started = time.monotonic()
    try:
        if options.command in {"evaluate", "heads"}:
            _evaluate(options)
            return
        _train(options)
    except DataError as error:
        sys.exit(f"training: {error}")
    print(f"training: {options.command} took {(time.monotonic() - started) / 60:.1f} minutes in all")


def _evaluate(options: argparse.Namespace) -> None:
    """Print the tables of the networks, and write them into the pages when asked to."""
    from benchmarks.tables import replace_between  # noqa: PLC0415 - as above
    from training.evaluation.evaluate import LEVELS, evaluate  # noqa: PLC0415
    from training.evaluation.heads import report_heads  # noqa: PLC0415
    from training.evaluation.reader import open_network  # noqa: PLC0415

    text = report_heads(open_network(options.out / "focalbox.onnx"), options.data, LEVELS)
    print(f"## heads of focalbox.onnx\n\n{text}\n")
    if options.write:
        replace_between(options.out / "MODEL_CARD.md", "heads of focalbox.onnx", text)
    if options.command == "heads":
        return
    for name in ("focalbox.onnx", "focalbox-mit.onnx"):
        text = evaluate(options.out / name, options.data, options.cache, brief=options.brief)
        print(f"## {name}\n\n{text}\n")
        if options.write and not options.brief:
            replace_between(options.out / "MODEL_CARD.md", name, text)
            replace_between(options.page, f"maps of {name}", text.partition("\n\n")[0])


def _train(options: argparse.Namespace) -> None:
    """Train the default network, the one from MIT-licensed pictures, or both."""
    import torch  # noqa: PLC0415 - as above

    from training.pipeline import TrainingRun, train_default, train_mit  # noqa: PLC0415

    if options.threads:
        torch.set_num_threads(options.threads)
    training = TrainingRun(options.data, options.cache, options.out, options.share)
    if options.command != "mit":
        train_default(training)
    if options.command != "default":
        train_mit(training)


if __name__ == "__main__":
    chosen = arguments().parse_args()
    if any(os.environ.get(name) != value for name, value in ALLOCATOR.items()):
        # The allocator reads its settings once, before Python starts.
        os.execve(sys.executable, [sys.executable, "-m", "training", *sys.argv[1:]], {**os.environ, **ALLOCATOR})  # noqa: S606
    run(chosen)
