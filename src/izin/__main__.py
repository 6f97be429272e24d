"""``python -m izin``: the command line."""

from izin.cli.main import app

if __name__ == "__main__":
    app()
