"""`python -m pipeline`: the command `yanbao`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
