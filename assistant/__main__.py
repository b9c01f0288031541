"""``python -m assistant`` and the ``pullquote`` command."""

from assistant.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
