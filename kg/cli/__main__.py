"""``python -m kg.cli``: the command without its script."""

from kg.cli import main

if __name__ == "__main__":
    main()
