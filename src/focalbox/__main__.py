"""Lets ``python -m focalbox`` run the command."""

from focalbox.cli.main import main

if __name__ == "__main__":
    main()
