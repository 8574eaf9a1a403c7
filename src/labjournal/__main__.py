"""`python -m labjournal`: the command line, also where its script is not on the PATH."""

from labjournal.cli import main

if __name__ == "__main__":
    main()
