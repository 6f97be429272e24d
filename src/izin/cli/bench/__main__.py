"""``python -m izin.cli.bench``: the command without its name."""

from izin.cli.bench.command import app

if __name__ == "__main__":
    app()
