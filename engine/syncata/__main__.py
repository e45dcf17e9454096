"""`python -m syncata` and the installed command."""

from syncata.cli import main

if __name__ == "__main__":
    main()
