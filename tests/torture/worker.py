"""`python -m torture.worker COMMAND`: a command of the product, with a failpoint if the environment names one."""

import sys

from tollbook_cli.__main__ import main
from torture.failpoints import arm_from_environment

if __name__ == "__main__":
    sys.argv[0] = "tollbook"
    arm_from_environment()
    main()
