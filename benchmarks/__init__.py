"""Speed and quality of focalbox beside its peers; not part of the package."""
