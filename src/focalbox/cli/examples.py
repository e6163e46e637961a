"""An example or two of every command, shown at the end of its help."""

from __future__ import annotations

__all__ = ["EXAMPLES", "epilog_of"]

EXAMPLES = {
    "batch": (
        "focalbox batch uploads -s 500x200 -s 1:1 --output crops",
        "focalbox batch uploads -s 500x200 --sample 200 --report check.html",
        "focalbox batch --from crops/manifest.parquet -s 4:5",
        "focalbox batch 's3://bucket/photos' -s 4:5 --output s3://bucket/crops --resume",
    ),
    "completion": (
        'eval "$(focalbox completion bash)"           # in ~/.bashrc',
        'eval "$(focalbox completion zsh)"            # in ~/.zshrc',
        "focalbox completion fish > ~/.config/fish/completions/focalbox.fish",
    ),
    "crop": (
        "focalbox crop photo.jpg -s 500x200",
        "focalbox crop *.jpg -s 500x200 -s 1:1 -o 'out/{stem}-{size}.webp'",
        "focalbox crop - -s 16:9 < photo.jpg > wide.jpg",
    ),
    "doctor": ("focalbox doctor",),
    "explain": ("focalbox explain photo.jpg -s 500x200 -o why.png",),
    "html": (
        "focalbox html photo.jpg -s 16:9 --alt 'A cat' --address '/img/{size}/photo.jpg'",
        "focalbox html photo.jpg -s 16:9 --art '(max-width: 40em) 4:5'",
        "focalbox html photo.jpg -s 1:1 --css",
    ),
    "plan": ("focalbox plan photo.jpg -s 16:9 -s free", "focalbox plan *.jpg -s 500x200 --json > plans.jsonl"),
    "serve": ("focalbox serve --root pictures --allow-unsigned",),
    "sign": ("focalbox sign /v1/crop/500x200/cat.jpg --key mine:0123456789abcdef0123456789abcdef",),
}


def epilog_of(command: str) -> str:
    """Return the end of a command's help, as click lays it out."""
    return "\n".join(["\b", "Examples:", *(f"  {example}" for example in EXAMPLES[command])])
