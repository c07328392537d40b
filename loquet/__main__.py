"""`python -m loquet` is `loquet`."""

import sys

from loquet.main import main

if __name__ == "__main__":
    sys.exit(main())
