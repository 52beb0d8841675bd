"""Many rounds of killed nodes on a real cluster, behind `make cluster`."""
